module harness/emit/files

go 1.24.0
