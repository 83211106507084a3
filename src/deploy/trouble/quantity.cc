#include "deploy/trouble/quantity.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <map>

namespace harness {

double quantity(const std::string& text) {
  static const std::map<std::string, double> units = {
      {"", 1},        {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},   {"k", 1e3},     {"M", 1e6},
      {"G", 1e9},     {"T", 1e12},    {"P", 1e15},    {"E", 1e18},   {"Ki", 0x1p10}, {"Mi", 0x1p20},
      {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60}};
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const auto unit = units.find(end);
  return end == text.c_str() || unit == units.end() ? 0 : number * unit->second;
}

std::string format_quantity(const std::string& resource, double amount) {
  if (resource != "memory" && resource.find("storage") == std::string::npos)
    return fmt::format("{:g}", std::round(amount * 1000) / 1000);
  const char* const units[] = {"", "Ki", "Mi", "Gi", "Ti"};
  size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < std::size(units); amount /= 1024) ++unit;
  return fmt::format("{:.4g}{}", amount, units[unit]);
}

}  // namespace harness
