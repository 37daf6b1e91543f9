//! The middle of many values: what is usual, whatever the few odd ones are.

/// The middle one, of an even number the mean of the two in the middle; `None` of nothing.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (upper, lower) = (values.get(values.len() / 2)?, values.get((values.len() - 1) / 2)?);
    Some(f64::midpoint(*upper, *lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_even_number_neither_of_the_two_in_the_middle_counts_more() {
        let table: [(&[f64], Option<f64>); 4] = [
            (&[], None),
            (&[7.0], Some(7.0)),
            (&[900.0, 1.0, 2.0], Some(2.0)),
            (&[4.0, 1.0, 900.0, 2.0], Some(3.0)),
        ];
        for (values, expected) in table {
            assert_eq!(median(values.to_vec()), expected, "{values:?}");
        }
    }
}
