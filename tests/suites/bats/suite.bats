@test "passes" {
  true
}

@test "fails & prints" {
  echo "out <1>"
  false
}

@test "is skipped" {
  skip "no reason"
}

@test "exits" {
  exit 3
}

@test "is killed" {
  kill -9 $BASHPID
}
