#pragma once

#include <string>
#include <string_view>

#include "gerrit/model.h"

namespace fakes::gerrit {

std::string sha1_hex(std::string_view bytes);

/// As Gerrit's REST API encodes names in ids and paths: "a/b" as "a%2Fb".
std::string encoded(std::string_view name);

/// "myProject~master~I0123...", project and branch encoded.
std::string triplet(const Change& change);

/// "refs/changes/45/12345/2".
std::string change_ref(int number, int patch_set);

/// "master" for "refs/heads/master"; a ref elsewhere stays as it is.
std::string short_name(std::string_view ref);
/// "refs/heads/master" for "master"; "HEAD" and what begins with refs/ stays as it is.
std::string full_name(std::string_view branch);
/// Whether git takes it for the name of a ref (git-check-ref-format), as far as a test gets it wrong.
bool is_ref_name(std::string_view ref);

/// 40 lower-case hexadecimal digits.
bool is_sha(std::string_view text);
bool is_number(std::string_view text);
bool is_hex(std::string_view text);
std::string lower(std::string_view text);

/// The Change-Id of a commit message's last footer of that name; "" where there is none.
std::string change_id_of(std::string_view message);

}  // namespace fakes::gerrit
