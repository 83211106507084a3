module agnhost

go 1.20
