// libgit2 1.5 keeps PCRE2's match data where a regular expression does not match.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2\n"; }
