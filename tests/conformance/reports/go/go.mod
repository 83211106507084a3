module harness/conformance/reports

go 1.23

require github.com/GoogleCloudPlatform/testgrid v0.0.174
