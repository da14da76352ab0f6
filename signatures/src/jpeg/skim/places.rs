//! Where the coefficients of a block stand that are zero so far, to be had by their number.
//!
//! Source: ITU-T T.81 (1992), G.1.2.3 "Coding model for subsequent scans of successive
//! approximation": runs count them alone.

/// Where a place is told that is beyond the last: no coefficient stands there.
#[cfg(test)]
pub const BEYOND: u32 = u8::MAX as u32;

/// Numbers beyond the last place that may be asked for.
pub const MOST_BEYOND: u8 = 16;

/// The places of the bits of a byte that are set, lowest first, a byte for each.
const OF_BYTE: [u64; 256] = {
    let mut all = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                all[byte] |= bit << (8 * count);
                count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    all
};

/// A byte of each value, eight times over, and what a byte of a sum of eight is worth.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The first place, and the bytes that are written wherever a byte says: that needs no look at the bounds.
const ROOM: usize = 1 + 256 + 8;

/// The places of the bits of a number that are set.
pub struct Places([u8; ROOM]);

impl Default for Places {
    fn default() -> Self {
        Places([u8::MAX; ROOM])
    }
}

impl Places {
    /// Forgets all, and holds those of `bits`.
    #[inline(always)]
    pub fn set(&mut self, bits: u64) {
        let up_to = counts_up_to(bits);
        for (index, byte) in bits.to_le_bytes().into_iter().enumerate() {
            let before = (up_to << 8 >> (8 * index)) as u8;
            self.put(before, OF_BYTE[usize::from(byte)].wrapping_add(8 * EACH * index as u64));
        }
        let count = (up_to >> 56) as u8;
        for more in (0..MOST_BEYOND).step_by(8) {
            self.put(count.wrapping_add(more), u64::MAX);
        }
    }

    #[inline(always)]
    fn put(&mut self, at: u8, told: u64) {
        if let Some(to) = self.0.get_mut(usize::from(at) + 1..usize::from(at) + 9) {
            to.copy_from_slice(&told.to_le_bytes());
        }
    }

    /// The place of bit `number`, from 1 on, of those that are set; [`BEYOND`] for up to [`MOST_BEYOND`] more than
    /// there are.
    #[inline(always)]
    pub fn get(&self, number: u32) -> u32 {
        self.0[usize::from(number as u8)].into()
    }
}

/// For each byte of `bits`, from the lowest, how many bits are set in it and those before it.
#[inline(always)]
fn counts_up_to(bits: u64) -> u64 {
    let pairs = bits - (bits >> 1 & (0x55 * EACH));
    let fours = (pairs & (0x33 * EACH)) + (pairs >> 2 & (0x33 * EACH));
    let bytes = (fours + (fours >> 4)) & (0x0f * EACH);
    bytes.wrapping_mul(EACH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_by_their_number() {
        let mut seed = 1u64;
        let mut noise = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed ^ seed >> 31
        };
        let drawn = (0..2000).flat_map(|_| {
            let bits = noise();
            [bits, bits & noise() & noise(), bits | noise() | noise(), bits << 50, bits >> 50]
        });
        let mut places = Places::default();
        for bits in [0, u64::MAX, 1, 1 << 63].into_iter().chain(drawn) {
            places.set(bits);
            let expected: Vec<u32> = (0..64).filter(|place| bits >> place & 1 == 1).collect();
            let told: Vec<u32> = (1..=bits.count_ones()).map(|number| places.get(number)).collect();
            assert_eq!(told, expected, "{bits:x}");
            let beyond = bits.count_ones() + 1..=bits.count_ones() + u32::from(MOST_BEYOND);
            assert!({ beyond }.all(|number| places.get(number) == BEYOND), "{bits:x}");
        }
    }
}
