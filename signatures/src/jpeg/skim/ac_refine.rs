//! One more bit of a band of AC coefficients in a progressive picture.
//!
//! Source: ITU-T T.81 (1992), G.1.2.3 "Coding model for subsequent scans of successive
//! approximation".

use super::band::{Band, Looked, Stretch, TOO_MANY, Wrong, run_of_blocks};
use super::band_looks::BandLooks;
use super::bits::Bits;
use super::block::Ac;
use super::history::Window;
use super::places::Places;
use super::steps::Steps;

/// The bits of a file tell of so many runs and no more.
const TOO_MANY_RUNS: &str = "more runs of blocks than a picture has";

/// Reads one more bit of a band.
pub struct AcRefine<'s> {
    ac: &'s Ac,
    steps: &'s Steps,
    looks: Option<&'s BandLooks>,
    band: Band,
    /// Where the coefficients of a block stand that were zero.
    places: Places,
}

/// How far a block has been read.
struct Read {
    /// The next coefficient.
    at: u32,
    /// Those that became something other than zero.
    found: u64,
    /// Blocks that have no further ones, this one included; none where it has all of its own.
    run: u32,
    /// What is left of those that were not zero where it has not.
    corrected: u64,
}

/// What a code tells that has no step.
enum Longer {
    Over(u32, u64),
    Run(u32),
}

impl<'s> AcRefine<'s> {
    /// A reader with a code, its table, and larger ones where they pay.
    pub fn new(ac: &'s Ac, steps: &'s Steps, looks: Option<&'s BandLooks>, band: Band) -> Self {
        AcRefine { ac, steps, looks, band, places: Places::default() }
    }

    /// Reads as many blocks as the first `available` bits of `data` have whole, of which the window knows the
    /// coefficients, and adds to it those that are new.
    #[inline(never)]
    pub fn read(
        &mut self,
        data: &[u8],
        available: usize,
        stretch: &mut Stretch,
        window: &mut Window<'_>,
    ) -> Result<(), Wrong> {
        let mut bits = Bits::new(data, stretch.bit);
        loop {
            if stretch.run > 0 {
                if !self.pass_run(available, stretch, window)? {
                    break;
                }
                bits = Bits::new(data, stretch.bit);
            }
            if stretch.left == 0 {
                break;
            }
            let history = window.get(stretch.units);
            let mut read = Read { at: self.band.first, found: 0, run: 0, corrected: 0 };
            let done = self.block(&mut bits, history, stretch.left, &mut read);
            let done = done.and_then(|()| {
                if read.run > 0 && !window.visit() {
                    return Err(TOO_MANY_RUNS);
                }
                if read.corrected != 0 {
                    bits.refill();
                    correct(&mut bits, read.corrected.count_ones());
                }
                Ok(())
            });
            let position = bits.position();
            if position > available {
                break;
            }
            done.map_err(|what| Wrong { position, what })?;
            window.add(stretch.units, read.found);
            stretch.pass(1, position);
            stretch.run = read.run.saturating_sub(1);
        }
        Ok(())
    }

    /// Passes the bits that correct the coefficients of a run of blocks; tells whether all of it has come.
    #[inline(never)]
    fn pass_run(
        &self,
        available: usize,
        stretch: &mut Stretch,
        window: &mut Window<'_>,
    ) -> Result<bool, Wrong> {
        let band = self.band.rest(self.band.first);
        while stretch.run > 0 {
            let empty = window.empty(stretch.units).min(stretch.run.into());
            if empty > 0 {
                stretch.run -= empty as u32;
                stretch.pass(empty, stretch.bit);
                continue;
            }
            if !window.visit() {
                return Err(Wrong { position: stretch.bit, what: TOO_MANY_RUNS });
            }
            let corrected = (window.get(stretch.units) & band).count_ones();
            let position = stretch.bit + corrected as usize;
            if position > available {
                return Ok(false);
            }
            stretch.run -= 1;
            stretch.pass(1, position);
        }
        Ok(true)
    }

    /// Reads the codes of a block of which these coefficients were not zero.
    #[inline(always)]
    fn block(
        &mut self,
        bits: &mut Bits<'_>,
        history: u64,
        left: u64,
        read: &mut Read,
    ) -> Result<(), &'static str> {
        let known = history & self.band.rest(self.band.first);
        let goes_on = match self.looks {
            None => self.among(bits, known, self.band.last, left, read)?,
            Some(_) if known > 0 => self.among(bits, known, known.ilog2(), left, read)?,
            Some(_) => true,
        };
        if goes_on { self.after(bits, left, read) } else { Ok(()) }
    }

    /// Reads codes up to that which goes beyond coefficient `top`, among coefficients that are `known` not to be
    /// zero; tells whether the block goes on.
    #[inline(always)]
    fn among(
        &mut self,
        bits: &mut Bits<'_>,
        known: u64,
        top: u32,
        left: u64,
        read: &mut Read,
    ) -> Result<bool, &'static str> {
        bits.refill();
        let mut step = self.steps.look(bits.held());
        if step.over() > 0 || !step.tells() {
            self.places.set(!known & self.band.rest(self.band.first));
        }
        // Coefficients gone over that were zero.
        let mut zeros = 0;
        loop {
            let (mut over, mut finds) = (step.over(), 1);
            if over > 0 {
                bits.skip_low(step.passes());
            } else {
                let longer = if step.tells() {
                    bits.skip_low(step.passes());
                    Longer::Run(1)
                } else {
                    let (after, longer) = longer(*bits, self.ac, left);
                    *bits = after;
                    longer?
                };
                match longer {
                    Longer::Run(run) => {
                        read.run = run;
                        read.corrected = known & self.band.rest(read.at);
                        return Ok(false);
                    }
                    Longer::Over(over_that, finds_that) => (over, finds) = (over_that, finds_that),
                }
            }
            zeros += over;
            let next = self.places.get(zeros);
            let leaves = next >= top;
            if leaves && next > self.band.last {
                correct(bits, (known & self.band.rest(read.at)).count_ones());
                return Err(TOO_MANY);
            }
            correct(bits, next + 1 - read.at - over);
            read.found |= finds << (next & 63);
            read.at = next + 1;
            if leaves {
                return Ok(next < self.band.last);
            }
            bits.refill();
            step = self.steps.look(bits.held());
        }
    }

    /// Reads the codes of a block after the last coefficient that was not zero: they follow each other as in a first
    /// scan.
    #[inline(always)]
    fn after(&self, bits: &mut Bits<'_>, left: u64, read: &mut Read) -> Result<(), &'static str> {
        while read.at <= self.band.last {
            bits.refill();
            if let Some(looks) = self.looks {
                match self.band.look(looks, bits, &mut read.at, &mut read.found) {
                    Looked::Ended => {
                        read.run = 1;
                        return Ok(());
                    }
                    Looked::Full => return Ok(()),
                    Looked::On => continue,
                    Looked::Nothing => {}
                }
            }
            let (after, longer) = longer(*bits, self.ac, left);
            *bits = after;
            match longer? {
                Longer::Run(run) => {
                    read.run = run;
                    return Ok(());
                }
                Longer::Over(over, finds) => {
                    let next = read.at + over - 1;
                    if next > self.band.last {
                        return Err(TOO_MANY);
                    }
                    read.found |= finds << next;
                    read.at = next + 1;
                }
            }
        }
        Ok(())
    }
}

/// Passes one code; at least 32 bits are held.
#[inline(never)]
fn longer<'b>(mut bits: Bits<'b>, ac: &Ac, left: u64) -> (Bits<'b>, Result<Longer, &'static str>) {
    let told = ac.code.take(&mut bits).and_then(|symbol| match (symbol >> 4, symbol & 15) {
        (exponent @ 0..15, 0) => run_of_blocks(&mut bits, exponent, left).map(Longer::Run),
        (_, 2..) => Err("refinement by more than one bit"),
        (run, size) => {
            bits.skip(size.into());
            Ok(Longer::Over(u32::from(run) + 1, size.into()))
        }
    });
    (bits, told)
}

/// Passes the bits that correct so many coefficients, at most 64; at least 32 bits are held.
#[inline(always)]
fn correct(bits: &mut Bits<'_>, mut count: u32) {
    if count > 32 {
        bits.skip(32);
        bits.refill();
        count -= 32;
    }
    bits.skip(count);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jpeg::skim::ac_first::AcFirst;
    use crate::jpeg::skim::code::Code;
    use crate::jpeg::skim::history::History;
    use crate::jpeg::skim::standard;
    use crate::jpeg::tables::Huffman;

    fn noise(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *seed >> 32
    }

    /// Blocks that are read one after the other.
    const BLOCKS: u64 = 20;

    /// What came of them: the end, how far they came, and which coefficients they have.
    type Outcome = (Result<(), Wrong>, usize, u64, Vec<u64>);

    /// Codes of mostly short runs of ones, ends and runs of blocks, with few too large ones and with none; and those of
    /// the standard.
    fn codes() -> [Ac; 3] {
        let symbols = vec![0x01, 0x00, 0x11, 0x02, 0x21, 0x10, 0xf0, 0x31, 0x03, 0x20, 0x0b, 0xe1];
        let mut counts = [0; 16];
        counts[1..8].copy_from_slice(&[1, 2, 2, 3, 1, 1, 2]);
        let drawn = Huffman { counts, symbols };
        let symbols = vec![0x00, 0x01, 0x11, 0x21, 0x10, 0xf0, 0x31, 0x41, 0xe1, 0x61, 0x71, 0x81];
        let mut counts = [0; 16];
        counts[1..12].copy_from_slice(&[2, 2, 1, 1, 0, 1, 1, 1, 0, 1, 2]);
        let sound = Huffman { counts, symbols };
        [drawn, sound, standard::ac(0)].map(|table| {
            let code = Code::new(&table);
            Ac { code, most_size: 10 }
        })
    }

    /// The same as in figure G.7 of the standard, a bit and a coefficient at a time.
    fn by_the_standard(ac: &Ac, band: Band, data: &[u8], at: usize, blocks: &[u64]) -> Outcome {
        let mut bits = Bits::new(data, at);
        let (mut blocks, mut bit, mut run, mut done) = (blocks.to_vec(), at, 0, 0);
        for block in &mut blocks {
            let (mut k, mut found) = (band.first, 0u64);
            let mut outcome = Ok(());
            while run == 0 && k <= band.last && outcome.is_ok() {
                bits.refill();
                let symbol = ac.code.take(&mut bits);
                outcome = symbol.and_then(|symbol| {
                    let (mut zeros, size) = (symbol >> 4, symbol & 15);
                    if size == 0 && zeros < 15 {
                        run = run_of_blocks(&mut bits, zeros, BLOCKS - done)?;
                        return Ok(());
                    }
                    if size > 1 {
                        return Err("refinement by more than one bit");
                    }
                    bits.skip(size.into());
                    loop {
                        bits.refill();
                        match k {
                            _ if k > band.last => return Err(TOO_MANY),
                            _ if *block >> k & 1 == 1 => bits.skip(1),
                            _ if zeros > 0 => zeros -= 1,
                            _ => {
                                found |= u64::from(size) << k;
                                k += 1;
                                return Ok(());
                            }
                        }
                        k += 1;
                    }
                });
            }
            if let Err(what) = outcome {
                return (Err(Wrong { position: bits.position(), what }), bit, done, blocks);
            }
            if run > 0 {
                run -= 1;
                bits.refill();
                for k in k..=band.last {
                    bits.skip((*block >> k & 1) as u32);
                    bits.refill();
                }
            }
            *block |= found;
            (bit, done) = (bits.position(), done + 1);
        }
        (Ok(()), bit, done, blocks)
    }

    fn read(
        blocks: &[u64],
        at: usize,
        work: impl FnOnce(&mut Stretch, &mut Window<'_>) -> Result<(), Wrong>,
    ) -> Outcome {
        let mut history = History::default();
        let mut window = history.window(1);
        (0..).zip(blocks).for_each(|(block, &coefficients)| window.add(block, coefficients));
        window.close();
        let mut stretch = Stretch { bit: at, units: 0, left: BLOCKS, run: 0 };
        let mut window = history.window(1);
        let done = work(&mut stretch, &mut window);
        let blocks = (0..BLOCKS).map(|block| window.get(block)).collect();
        (done, stretch.bit, stretch.units, blocks)
    }

    /// Bands, places in noise, and blocks with none, few and many coefficients.
    fn cases(count: usize) -> (Vec<u8>, impl Iterator<Item = (Band, usize, Vec<u64>)>) {
        let mut seed = 1;
        let data: Vec<u8> = (0..40_000).map(|_| noise(&mut seed) as u8).collect();
        let most = data.len() * 8 - 20_000;
        let cases = (0..count).map(move |number| {
            let ends = [noise(&mut seed) % 63 + 1, noise(&mut seed) % 63 + 1].map(|end| end as u32);
            let band = Band { first: ends[0].min(ends[1]), last: ends[0].max(ends[1]) };
            let blocks = (0..BLOCKS).map(|block| {
                let dense = noise(&mut seed) << 32 | noise(&mut seed);
                match (number as u64 + block) % 4 {
                    0 => 0,
                    1 => dense & noise(&mut seed) & noise(&mut seed),
                    2 => dense & (dense << 7 | dense >> 9),
                    _ => dense,
                }
            });
            let blocks = blocks.collect();
            (band, noise(&mut seed) as usize % most, blocks)
        });
        (data, cases)
    }

    #[test]
    fn tables_and_places_tell_what_the_standard_does() {
        let (mut units, mut ends) = (0, [0; 2]);
        for ac in &codes() {
            let (steps, looks) = (Steps::new(&ac.code), BandLooks::new(&ac.code, 1));
            let (data, cases) = cases(10_000);
            for (number, (band, at, blocks)) in cases.enumerate() {
                let expected = by_the_standard(ac, band, &data, at, &blocks);
                for looks in [None, Some(&looks)] {
                    let told = read(&blocks, at, |stretch, window| {
                        AcRefine::new(ac, &steps, looks, band).read(
                            &data,
                            data.len() * 8,
                            stretch,
                            window,
                        )
                    });
                    assert_eq!(told, expected, "{number}: {}", looks.is_some());
                }
                units += expected.2;
                ends[usize::from(expected.0.is_err())] += 1;
            }
        }
        assert!(units > 30_000 && ends[1] > 1000, "{units} blocks, ends: {ends:?}");
    }

    #[test]
    fn a_stretch_may_end_anywhere() {
        let [_, ac, _] = codes();
        let (steps, looks) = (Steps::new(&ac.code), BandLooks::new(&ac.code, 1));
        let (data, cases) = cases(300);
        for (number, (band, at, blocks)) in cases.enumerate() {
            let whole = by_the_standard(&ac, band, &data, at, &blocks);
            let mut seed = number as u64;
            let told = read(&blocks, at, |stretch, window| {
                let mut available = at;
                loop {
                    available += noise(&mut seed) as usize % 40;
                    let mut coder = AcRefine::new(&ac, &steps, Some(&looks), band);
                    coder.read(&data, available, stretch, window)?;
                    if stretch.left == 0 {
                        return Ok(());
                    }
                }
            });
            assert_eq!(told, whole, "{number}");
        }
    }

    #[test]
    fn looks_tell_of_a_first_scan_what_single_codes_do() {
        for ac in &codes() {
            let looks = BandLooks::new(&ac.code, ac.most_size);
            let (data, cases) = cases(10_000);
            let mut units = 0;
            for (number, (band, at, _)) in cases.enumerate() {
                let [one, several] = [None, Some(&looks)].map(|looks| {
                    read(&[], at, |stretch, window| {
                        AcFirst { ac, looks, band }.read(&data, data.len() * 8, stretch, window)
                    })
                });
                assert_eq!(several, one, "{number}");
                units += one.2;
            }
            assert!(units > 5000, "{units} blocks");
        }
    }
}
