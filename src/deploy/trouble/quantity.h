#pragma once

#include <string>

namespace harness {

/// A Kubernetes quantity ("250m", "1.5", "64Mi", "1e3") in its base unit
/// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/); 0 where it is none.
double quantity(const std::string& text);

/// As a person writes it: cores to a thousandth ("1.25"), of memory and storage the largest unit ("1.5Gi").
std::string format_quantity(const std::string& resource, double amount);

}  // namespace harness
