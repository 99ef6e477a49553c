#include "adapters/http/curl_library.h"

#include <gtest/gtest.h>

namespace varve {
namespace {

TEST(CurlLibrary, IsLoadedOnce) {
  const Result<CurlLibrary>& curl = LoadCurl();
  ASSERT_TRUE(curl.ok()) << curl.error().message;
  EXPECT_EQ(&LoadCurl(), &curl);
  EXPECT_STREQ(curl->easy_strerror(CURLE_OK), "No error");
}

TEST(CurlLibrary, WhatIsMissingIsTold) {
  const Result<CurlLibrary> none = OpenCurl("libcurl-there-is-none.so.4");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::kNotFound);
  EXPECT_NE(none.error().message.find("libcurl-there-is-none.so.4"), std::string::npos);
  EXPECT_NE(none.error().message.find("install libcurl4"), std::string::npos);
  const Result<CurlLibrary> other = OpenCurl("libc.so.6");
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("curl_global_init"), std::string::npos);
}

}  // namespace
}  // namespace varve
