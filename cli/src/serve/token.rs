//! The secret in the address of the page: whoever has it may do what the page does.

use std::fmt;

use anyhow::Context;

/// Bytes of a token: 128 bits, more than anybody can try.
const LEN: usize = 16;

/// A token, as lower-case hex. It lives as long as the process.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one, from the system's own randomness.
    ///
    /// # Errors
    ///
    /// When the system gives none.
    pub fn new() -> anyhow::Result<Self> {
        let mut bytes = [0; LEN];
        getrandom::fill(&mut bytes).context("cannot make the secret address of the page")?;
        Ok(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Whether `given` is it, in a time that does not tell how much of it was right.
    pub fn is(&self, given: &str) -> bool {
        let (own, given) = (self.0.as_bytes(), given.as_bytes());
        if own.len() != given.len() {
            return false;
        }
        let difference = own.iter().zip(given).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(difference) == 0
    }

    /// The token, for the address alone.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_of_a_token_is_it_and_no_two_are_the_same() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        let secret = one.secret().to_owned();
        assert_eq!(secret.len(), 32);
        assert!(one.is(&secret) && !other.is(&secret));
        let mut nearly = secret.clone();
        nearly.replace_range(31.., if secret.ends_with('0') { "1" } else { "0" });
        let long = format!("{secret}0");
        for wrong in ["", &secret[..31], &long, &nearly, &secret.to_uppercase()[..31]] {
            assert!(!one.is(wrong), "{wrong}");
        }
        assert!(!format!("{one:?}").contains(&secret));
    }
}
