#pragma once
// Floor 1. The blob to the byte: one header, then sections of plain records that refer to each other by index. No
// pointers, native byte order, each section aligned to 64 bytes: any process may map it anywhere, read-only.

#include <array>
#include <cstdint>
#include <type_traits>

namespace jury::model::layout {

inline constexpr std::array<char, 8> magic{'J', 'U', 'R', 'Y', 'M', 'O', 'D', 'L'};
inline constexpr std::uint32_t format_version = 1;
inline constexpr std::size_t alignment = 64;

// How margins() walks.
enum class kernel : std::uint8_t {
  reference,  // no fast layout: the model has more columns than the kernels address
  linear,
  narrow,  // complete trees of 2-byte nodes, at most 256 columns
  wide,    // complete trees of 4-byte nodes
  path,    // 8-byte nodes that name their left child, for deep and lopsided trees
};

// Trees are walked so many at a time, side by side, to hide the latency of each step.
inline constexpr std::uint32_t lanes = 8;
inline constexpr std::uint32_t max_columns = 32768;
inline constexpr std::uint32_t max_complete_depth = 12;

// A code above every rank goes right everywhere; a node of this rank sends every code left.
inline constexpr std::uint8_t last_code = 255;

struct section {
  std::uint64_t offset = 0;  // from the start of the blob
  std::uint64_t count = 0;   // records
};

// The reference form, as the importer gave it.
struct node {
  double value = 0;
  std::uint32_t left = 0;  // within the tree; 0xffffffff in a leaf
  std::uint32_t right = 0;
  std::uint32_t feature = 0;
  std::uint32_t set = 0;
  std::uint8_t compare = 0;
  std::uint8_t missing = 0;
  std::uint8_t default_left = 0;
  std::uint8_t reserved[5] = {};
};

struct tree {
  std::uint32_t first_node = 0;
  std::uint32_t nodes = 0;
  std::uint32_t output = 0;
  std::uint32_t depth = 0;
};

struct set {
  std::uint32_t first = 0;  // into categories
  std::uint32_t count = 0;
};

// The kernels see a row as one byte a column. A quantizer finds the rank of one feature among the sorted thresholds of
// all its nodes, which decides every comparison exactly; its targets turn the rank into codes.
struct quantizer {
  std::uint32_t feature = 0;
  std::uint32_t compare = 0;
  std::uint32_t first_threshold = 0;  // into thresholds32 for less_f32, else thresholds64
  std::uint32_t thresholds = 0;
  std::uint32_t first_target = 0;
  std::uint32_t targets = 0;
  std::uint32_t zero_rank = 0;  // the rank of 0, for nodes that compare a missing value as 0
  std::uint32_t reserved = 0;
};

// One column: code = clamp(rank - first_rank, 0, 255), or missing_code for a missing value. A second column of the same
// feature serves the nodes with the other default direction, and one more each 255 thresholds.
struct target {
  std::uint32_t first_rank = 0;
  std::uint16_t column = 0;
  std::uint8_t missing = 0;
  std::uint8_t missing_code = 0;
};

// Category sets: a table row for each category that occurs in a set, one for all others, one for missing; a table
// column of 0 (left) or 1 (right) for each set. Its row of the value is copied into the codes.
struct lookup {
  std::uint32_t feature = 0;
  std::uint32_t compare = 0;
  std::uint32_t first_category = 0;  // into lookup_categories, sorted
  std::uint32_t categories = 0;
  std::uint32_t first_column = 0;
  std::uint32_t columns = 0;
  std::uint64_t table = 0;  // into lookup_bytes
};

// `lanes` trees, some of them empty in the last group. Complete trees hold 2^depth nodes (the first unused, the root at
// 1, children of i at 2i and 2i+1) and 2^depth leaves each.
struct group {
  std::uint64_t first_node = 0;  // complete: into narrow or wide nodes
  std::uint64_t first_leaf = 0;  // complete: into leaves
  std::uint32_t first_tree = 0;
  std::uint16_t trees = 0;
  std::uint16_t reserved = 0;
  std::uint32_t depth = 0;
  std::uint32_t reserved2 = 0;
};

struct narrow_node {
  std::uint8_t column = 0;
  std::uint8_t rank = last_code;  // left iff codes[column] <= rank
};

struct wide_node {
  std::uint16_t column = 0;
  std::uint8_t rank = last_code;
  std::uint8_t reserved = 0;
};

// Right is left + 1. A leaf names itself and has the last rank, so a walk that has arrived stays.
struct path_node {
  std::uint32_t left = 0;  // into path_nodes
  std::uint16_t column = 0;
  std::uint8_t rank = last_code;
  std::uint8_t reserved = 0;
};

struct header {
  std::array<char, 8> magic = layout::magic;
  std::uint32_t format_version = layout::format_version;
  std::uint32_t features = 0;
  std::uint64_t size = 0;  // of the whole blob
  std::array<char, 64> sha256{};
  std::uint32_t outputs = 0;
  std::uint32_t columns = 0;
  std::uint8_t arithmetic = 0;
  std::uint8_t link = 0;
  layout::kernel kernel = layout::kernel::reference;
  std::uint8_t reserved[5] = {};
  double divisor = 1;
  section manifest, objective, base;
  section weights, bias;
  section trees, nodes, sets, categories;
  section quantizers, targets, thresholds32, thresholds64;
  section lookups, lookup_categories, lookup_bytes;
  section groups, narrow_nodes, wide_nodes, path_nodes, roots;
  section leaves32, leaves64;
};

static_assert(sizeof(node) == 32 && sizeof(narrow_node) == 2 && sizeof(wide_node) == 4 && sizeof(path_node) == 8);
static_assert(std::is_trivially_copyable_v<header>);

}  // namespace jury::model::layout
