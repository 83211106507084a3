module keda

go 1.20
