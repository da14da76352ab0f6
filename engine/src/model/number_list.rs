//! Many numbers in few words.

/// So many runs of numbers are named; of more, how many numbers are left.
const MOST_NAMED: usize = 12;

/// Numbers in order, as in `2, 5 and 7-9`.
pub fn number_list(numbers: &[u32]) -> String {
    let runs: Vec<&[u32]> =
        numbers.chunk_by(|one, next| one.checked_add(1) == Some(*next)).collect();
    let named = runs.iter().take(MOST_NAMED).flat_map(|run| match run {
        [first, _, .., last] => vec![format!("{first}-{last}")],
        few => few.iter().map(u32::to_string).collect(),
    });
    let mut words: Vec<String> = named.collect();
    let left: usize = runs.iter().skip(MOST_NAMED).map(|run| run.len()).sum();
    if left > 0 {
        words.push(format!("{left} more"));
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_one_another_are_one_word() {
        assert_eq!(number_list(&[]), "");
        assert_eq!(number_list(&[4]), "4");
        assert_eq!(number_list(&[2, 5, 7, 8, 9]), "2, 5 and 7-9");
        assert_eq!(number_list(&[0, 1]), "0 and 1");
        assert_eq!(number_list(&[1, u32::MAX - 1, u32::MAX]), "1, 4294967294 and 4294967295");
        let even: Vec<u32> = (0..50).map(|n| 2 * n).collect();
        assert!(number_list(&even).ends_with("20, 22 and 38 more"), "{}", number_list(&even));
    }
}
