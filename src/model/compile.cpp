#include "model/compile.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "model/blob_writer.hpp"
#include "model/files.hpp"
#include "model/xgboost_json.hpp"

namespace jury::model {
namespace {

constexpr std::uint64_t max_model_bytes = std::uint64_t{2} << 30;

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

error at(const std::filesystem::path& file, const error& what) { return {file.string() + ": " + what.message}; }

}  // namespace

blob::blob(std::size_t size) : lines_((size + sizeof(line) - 1) / sizeof(line)), size_(size) {}
std::span<std::byte> blob::bytes() noexcept { return {reinterpret_cast<std::byte*>(lines_.data()), size_}; }
std::span<const std::byte> blob::bytes() const noexcept {
  return {reinterpret_cast<const std::byte*>(lines_.data()), size_};
}

namespace {

// Of classes without names: 0, 1, …
std::vector<std::string> class_numbers(std::size_t classes) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < classes; ++i) labels.push_back(fmt::to_string(i));
  return labels;
}

}  // namespace

manifest derive_manifest(const ensemble& ensemble, std::string_view name) {
  manifest out{.name = std::string(name)};
  for (std::uint32_t i = 0; i < ensemble.features; ++i) {
    const bool category = !ensemble.feature_types.empty() && ensemble.feature_types[i] == "c";
    out.features.push_back({.name = ensemble.feature_names.empty() ? fmt::format("f{}", i) : ensemble.feature_names[i],
                            .type = category ? feature_type::category : feature_type::number});
  }
  const bool is_class = ensemble.link == link::logistic || ensemble.link == link::hinge ||
                        ensemble.link == link::softmax || ensemble.objective == "binary:logitraw";
  if (is_class && ensemble.objective != "reg:logistic") {
    out.policy.labels = class_numbers(ensemble.outputs == 1 ? 2 : ensemble.outputs);
  }
  // A raw margin is cut where its probability would be one half.
  if (ensemble.objective == "binary:logitraw") out.policy.threshold = 0;
  return out;
}

result<void> check_agreement(const manifest& manifest, const ensemble& ensemble) {
  if (manifest.features.size() != ensemble.features) {
    return fail(fmt::format("the manifest describes {} features, but the model has {}", manifest.features.size(),
                            ensemble.features));
  }
  for (std::size_t i = 0; i < ensemble.feature_names.size(); ++i) {
    if (manifest.features[i].name != ensemble.feature_names[i]) {
      return fail(fmt::format("features[{}] is \"{}\" in the manifest, but \"{}\" in the model", i,
                              manifest.features[i].name, ensemble.feature_names[i]));
    }
  }
  if (ensemble.outputs > 1 && ensemble.link != link::softmax) {
    return fail(
        fmt::format("the model predicts {} targets ({}): a decision needs a single score, or the probabilities "
                    "of classes",
                    ensemble.outputs, ensemble.objective));
  }
  const auto labels = manifest.policy.labels.size();
  const std::size_t expected = ensemble.outputs == 1 ? 2 : ensemble.outputs;
  if (labels != 0 && labels != expected) {
    return fail(fmt::format("policy.labels: expected {} labels for a model with {} outputs, got {}", expected,
                            ensemble.outputs, labels));
  }
  return {};
}

result<blob> compile(const ensemble& ensemble, const manifest& manifest, std::string_view sha256) {
  if (auto sound = check(ensemble); !sound) return std::unexpected(std::move(sound).error());
  if (auto agree = check_agreement(manifest, ensemble); !agree) return std::unexpected(std::move(agree).error());
  if (sha256.size() != 64) return fail("expected a SHA-256 in 64 hexadecimal digits");
  auto complete = manifest;
  if (ensemble.outputs > 1 && complete.policy.labels.empty()) {
    complete.policy.labels = class_numbers(ensemble.outputs);
  }
  const auto text = to_json(complete);
  // A derived manifest takes names from the model, and those may be empty or equal.
  if (auto readable = parse_manifest(text); !readable) return fail("manifest: " + readable.error().message);
  return write_blob(ensemble, text, sha256);
}

result<blob> compile(std::string_view file, const std::optional<manifest>& manifest, std::string_view name) {
  const auto ensemble = import_xgboost_json(file);
  if (!ensemble) return std::unexpected(ensemble.error());
  return compile(*ensemble, manifest ? *manifest : derive_manifest(*ensemble, name), sha256_hex(file));
}

namespace {

struct location {
  std::filesystem::path file;
  std::string name;  // of a model that comes without a manifest
};

location locate(const std::filesystem::path& path) {
  std::error_code ignored;  // reading the file says what is wrong with it
  if (!std::filesystem::is_directory(path, ignored)) return {path, path.stem().string()};
  return {path / "model.json", std::filesystem::absolute(path, ignored).filename().string()};
}

}  // namespace

result<manifest> derive_manifest(const std::filesystem::path& path) {
  const auto [file, name] = locate(path);
  const auto text = read_file(file, max_model_bytes);
  if (!text) return std::unexpected(text.error());
  const auto ensemble = import_xgboost_json(*text);
  if (!ensemble) return std::unexpected(at(file, ensemble.error()));
  return derive_manifest(*ensemble, name);
}

result<blob> compile(const std::filesystem::path& path) {
  const auto [file, name] = locate(path);
  const auto manifest_file = file.parent_path() / "manifest.json";
  const auto text = read_file(file, max_model_bytes);
  if (!text) return std::unexpected(text.error());
  std::optional<manifest> manifest;
  std::error_code ignored;
  if (std::filesystem::exists(manifest_file, ignored) && manifest_file != file) {
    auto read = read_manifest(manifest_file);
    if (!read) return std::unexpected(std::move(read).error());
    manifest = std::move(*read);
  }
  const auto ensemble = import_xgboost_json(*text);
  if (!ensemble) return std::unexpected(at(file, ensemble.error()));
  if (!manifest) manifest = derive_manifest(*ensemble, name);
  if (auto agree = check_agreement(*manifest, *ensemble); !agree) {
    return std::unexpected(at(manifest_file, agree.error()));
  }
  auto blob = compile(*ensemble, *manifest, sha256_hex(*text));
  if (!blob) return std::unexpected(at(file, blob.error()));
  return blob;
}

}  // namespace jury::model
