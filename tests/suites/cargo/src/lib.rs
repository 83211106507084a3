#[cfg(test)]
mod tests {
    #[test]
    fn passes() {}

    #[test]
    fn fails() {
        println!("out");
        assert_eq!(1, 2);
    }

    #[test]
    #[ignore = "later"]
    fn ignored() {}

    #[test]
    #[should_panic]
    fn panics_as_expected() {
        panic!("x")
    }
}
