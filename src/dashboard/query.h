// Query: the part of an address behind the "?", taken apart.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace varve::dashboard {

using Parameters = std::map<std::string, std::string, std::less<>>;

// "%2F" becomes "/", once; what is no such escape stays as it is. In a query "+" is a space.
std::string DecodePath(std::string_view text);
std::string DecodeQuery(std::string_view text);

// "a=1&b=x%20y". Of a name that comes several times the last one counts; what has none is left out.
Parameters ParametersOfQuery(std::string_view query);

}  // namespace varve::dashboard
