#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/span.h"
#include "cli/reports.h"
#include "suite/fake_gap.h"

namespace harness {

/// Says what the fakes were asked for in this run and do not have, and puts it into the reports. Every
/// exposed component that answers GET /admin/gaps is a fake (docs/fakes.md, "The admin side"). Takes at most
/// 10 s. Where a fake cannot be read that is said; it throws nothing, and no run fails by it.
void tell_fake_gaps(const Context& context, const std::string& gateway_url, Reports& reports,
                    std::stop_token stop);

/// Of an answer of /admin/gaps, received at `now`, what is of `since` or later, the same things counted
/// together. `spans` of the kind "test" say which tests ran; a request's own X-Test-Id goes before them. The
/// fake's clock may be another one. Throws std::runtime_error where it is no such answer.
std::vector<FakeGap> gaps_in(const nlohmann::json& answer, const std::string& component, Span::Time now,
                             Span::Time since, const std::vector<Span>& spans);

/// "fakeghserver: PATCH /repos/o/r archived (2 times, TestX, TestY)"
std::string line_of(const FakeGap& gap);

}  // namespace harness
