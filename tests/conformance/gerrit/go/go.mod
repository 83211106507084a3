module harness/conformance/gerrit

go 1.21

require github.com/andygrunwald/go-gerrit v1.0.0

require github.com/google/go-querystring v1.1.0 // indirect
