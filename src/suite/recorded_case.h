#pragma once

#include <map>
#include <string>
#include <vector>

namespace harness {

/// A case as the runner of a command recorded it.
struct RecordedCase {
  enum class End { passed, failed, skipped };
  std::string suite;       ///< of the record: a file, a group
  std::string class_name;  ///< of the case
  std::string name;
  End end = End::failed;
  std::string reason = {};  ///< of a failure or a skip
  std::string output = {};
  double seconds = 0;
  std::string file = {};  ///< where it is written
  int line = 0;
  std::map<std::string, std::string> properties = {};
  int earlier_failures = 0;  ///< the runner itself tried it again after as many that failed
};

/// What a runner recorded in one call.
struct CaseRecord {
  std::vector<RecordedCase> cases = {};
  std::string problem = {};  ///< why this is no whole record, as a part of a sentence; empty: it is
  std::string skipped = {};  ///< why the runner has skipped everything; else empty
};

/// JUnit XML as Surefire, jest-junit, CTest, pytest and others write it, reruns as Surefire has them
/// (https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd). A document with a
/// DOCTYPE is refused.
CaseRecord junit_record(const std::string& xml);

/// TAP 12 to 14 (https://testanything.org/tap-version-14-specification.html); what is no line of it is
/// passed over.
CaseRecord tap_record(const std::string& text);

/// Lines of JSON as `go test -json` prints them (https://pkg.go.dev/cmd/test2json); other lines are passed
/// over. Sub-tests are cases, too.
CaseRecord test2json_record(const std::string& text);

/// How a case is called in results: different ones of a record differently.
struct CaseName {
  std::string class_name;  ///< may be empty
  std::string name;
};
std::vector<CaseName> names_of_cases(const std::vector<RecordedCase>& cases);

/// Those that `listed` means: by class or suite and name with any usual separator, else by the name alone.
std::vector<const RecordedCase*> cases_called(const std::string& listed,
                                              const std::vector<RecordedCase>& cases);

}  // namespace harness
