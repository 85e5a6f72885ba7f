#pragma once
// Floor 1. From the files of a model to the blob that workers map.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/ensemble.hpp"
#include "model/manifest.hpp"

namespace jury::model {

// Bytes at an address that is a multiple of 64, as model::open wants them.
class blob {
 public:
  blob() = default;
  explicit blob(std::size_t size);  // zeroes
  [[nodiscard]] std::span<std::byte> bytes() noexcept;
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept;

 private:
  struct alignas(64) line {
    std::byte bytes[64];
  };
  std::vector<line> lines_;
  std::size_t size_ = 0;
};

// The model at `path`: a folder with model.json and, optionally, manifest.json, or a model's file with, optionally,
// manifest.json in the same folder. Reads, imports and checks that manifest and model agree on the features and their
// names; without a manifest derives one. Errors name the file and say what was expected.
[[nodiscard]] result<blob> compile(const std::filesystem::path& path);

// The same from memory: `file` is the text of a model, `name` names it in a derived manifest.
[[nodiscard]] result<blob> compile(std::string_view file, const std::optional<manifest>& manifest,
                                   std::string_view name = "model");

// From the neutral form. The manifest must describe it; in the blob, classes without labels are called 0, 1, … `sha256`
// is put into the blob as it is (64 hex digits).
[[nodiscard]] result<blob> compile(const ensemble& ensemble, const manifest& manifest, std::string_view sha256);

// What can be said of a model that came alone: its feature names (f0, f1, … if it has none), all of type number, or
// category without names where the model says `c`; labels 0, 1, … and the threshold that its link suggests.
[[nodiscard]] manifest derive_manifest(const ensemble& ensemble, std::string_view name);

// The same from the model's file or folder, whatever manifest stands beside it.
[[nodiscard]] result<manifest> derive_manifest(const std::filesystem::path& path);

// Whether the manifest describes this model: as many features, the same names where the model has them, as many labels
// as it needs or none. Refuses a model of several targets that are not classes of one: no policy can decide by them.
[[nodiscard]] result<void> check_agreement(const manifest& manifest, const ensemble& ensemble);

}  // namespace jury::model
