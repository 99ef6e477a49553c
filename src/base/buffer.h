// Buffer: a growable byte array that never zeroes what it grows by.
//
// std::vector<uint8_t>::resize writes every byte twice on the hot path (once as zero); pages are
// built by the gigabyte, so varve grows with Reserve/Extend and writes once. Clear() keeps the
// memory for the next page. Thread-safety: none; one owner at a time. Allocation failure aborts
// (std::bad_alloc semantics are useless to a converter that is out of its memory budget).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace varve {

class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept { Swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer moved(std::move(other));
    Swap(moved);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { std::free(data_); }

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  std::span<const uint8_t> bytes() const { return {data_, size_}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }

  void Clear() { size_ = 0; }
  void Resize(size_t size) {
    if (size > capacity_) Grow(size);
    size_ = size;
  }
  // Makes room for `extra` more bytes and returns where they go; call Advance for those written.
  uint8_t* Reserve(size_t extra) {
    if (size_ + extra > capacity_) Grow(size_ + extra);
    return data_ + size_;
  }
  void Advance(size_t written) { size_ += written; }

  void Append(const void* bytes, size_t count) {
    if (count == 0) return;
    std::memcpy(Reserve(count), bytes, count);
    size_ += count;
  }
  void Append(std::string_view text) { Append(text.data(), text.size()); }
  void AppendByte(uint8_t byte) {
    *Reserve(1) = byte;
    ++size_;
  }
  template <typename T>  // little-endian hosts only, like Parquet's PLAIN encoding
  void AppendValue(T value) {
    std::memcpy(Reserve(sizeof(T)), &value, sizeof(T));
    size_ += sizeof(T);
  }

  // Gives the memory back to the system.
  void Free() { Buffer().Swap(*this); }

  void Swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  void Grow(size_t needed);

  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace varve
