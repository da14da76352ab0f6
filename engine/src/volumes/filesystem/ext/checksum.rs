//! CRC-32C, the checksum of ext4's metadata, forwards and backwards.

/// The reflected Castagnoli polynomial.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// What each low byte of a state adds to the next.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut state = index as u32;
        let mut bit = 0;
        while bit < 8 {
            state = if state & 1 == 1 { state >> 1 ^ POLYNOMIAL } else { state >> 1 };
            bit += 1;
        }
        table[index] = state;
        index += 1;
    }
    table
}

/// Which entry of [`TABLE`] has a given high byte: each has one of its own.
const BACK: [u8; 256] = back();

const fn back() -> [u8; 256] {
    let mut back = [0; 256];
    let mut index = 0;
    while index < 256 {
        back[(TABLE[index] >> 24) as usize] = index as u8;
        index += 1;
    }
    back
}

/// The state after `data`, from a state before it: not inverted at either end, as ext4 keeps it.
pub(super) fn of(state: u32, data: &[u8]) -> u32 {
    data.iter()
        .fold(state, |state, &byte| state >> 8 ^ TABLE[usize::from(state.to_le_bytes()[0] ^ byte)])
}

/// The state before `data`, from the state after it.
pub(super) fn before(state: u32, data: &[u8]) -> u32 {
    data.iter().rev().fold(state, |state, &byte| {
        let index = BACK[(state >> 24) as usize];
        (state ^ TABLE[usize::from(index)]) << 8 | u32::from(index ^ byte)
    })
}

/// The four bytes that lead from one state to another: there is just one such number.
pub(super) fn between(first: u32, last: u32) -> u32 {
    // Backwards over zeros gives the state that four zeros would have needed: their sum is it.
    before(last, &[0; 4]) ^ first
}

#[cfg(test)]
mod tests {
    use super::{before, between, of};

    #[test]
    fn the_check_value_of_crc_32c_comes_out() {
        assert_eq!(!of(!0, b"123456789"), 0xe306_9283);
    }

    #[test]
    fn it_runs_backwards() {
        let last = of(0x1234_5678, b"afterimage");
        assert_eq!(before(last, b"afterimage"), 0x1234_5678);
    }

    #[test]
    fn the_number_between_two_states_is_found() {
        let last = of(0xdead_beef, &77_u32.to_le_bytes());
        assert_eq!(between(0xdead_beef, last), 77);
    }
}
