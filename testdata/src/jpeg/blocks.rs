//! From pixels to quantised coefficients.

use super::Sampling;
use crate::scene::Picture;

/// Where each coefficient of the zigzag sequence lies in the block.
///
/// Source: T.81, figure A.6.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Quantisers of brightness and colour at quality 50, row by row.
///
/// Source: T.81, tables K.1 and K.2.
const QUANTISERS: [[u16; 64]; 2] = [
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69,
        56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81,
        104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ],
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99,
        99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ],
];

/// Half the cosine of `k * pi / 16` for `k` from 0 to 8.
const COSINES: [f32; 9] = [
    0.5,
    0.490_392_64,
    0.461_939_77,
    0.415_734_8,
    0.353_553_39,
    0.277_785_12,
    0.191_341_72,
    0.097_545_16,
    0.0,
];

/// The coefficients of one block in zigzag order.
pub(super) type Block = [i16; 64];

/// One colour component as blocks.
pub(super) struct Component {
    /// Horizontal sampling factor.
    pub(super) across: usize,
    /// Vertical sampling factor.
    pub(super) down: usize,
    /// Blocks in a row, filled up to whole MCUs.
    pub(super) columns: usize,
    pub(super) blocks: Vec<Block>,
}

/// Quantisers of that quality in zigzag order, scaled as the IJG's library does.
pub(super) fn quantisers(quality: u8) -> [[u8; 64]; 2] {
    let quality = u32::from(quality.clamp(1, 100));
    let scale = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    QUANTISERS.map(|table| {
        ZIGZAG.map(|at| {
            ((u32::from(table[usize::from(at)]) * scale + 50) / 100).clamp(1, 255) as u8
        })
    })
}

/// The components of a picture, transformed and quantised.
pub(super) fn components(
    picture: &Picture,
    sampling: Sampling,
    quantisers: &[[u8; 64]; 2],
) -> Vec<Component> {
    let (across, down) = match sampling {
        Sampling::Grey | Sampling::S444 => (1, 1),
        Sampling::S422 => (2, 1),
        Sampling::S420 => (2, 2),
    };
    let mcus = (picture.width.div_ceil(8 * across), picture.height.div_ceil(8 * down));
    let planes = if sampling == Sampling::Grey { 1 } else { 3 };
    (0..planes)
        .map(|channel| {
            let (own_across, own_down) = if channel == 0 { (across, down) } else { (1, 1) };
            let thinned = (across / own_across, down / own_down);
            let plane = Plane { picture, channel, thinned };
            let (columns, rows) = (mcus.0 * own_across, mcus.1 * own_down);
            let quantiser = &quantisers[channel.min(1)];
            let blocks = (0..columns * rows)
                .map(|index| plane.block(index % columns, index / columns, quantiser))
                .collect();
            Component { across: own_across, down: own_down, columns, blocks }
        })
        .collect()
}

/// One channel of the picture, thinned out; what lies outside repeats the edge.
struct Plane<'p> {
    picture: &'p Picture,
    channel: usize,
    thinned: (usize, usize),
}

impl Plane<'_> {
    fn block(&self, column: usize, row: usize, quantiser: &[u8; 64]) -> Block {
        let mut samples = [0.0; 64];
        for (at, sample) in samples.iter_mut().enumerate() {
            *sample = self.sample(column * 8 + at % 8, row * 8 + at / 8) - 128.0;
        }
        transform(&mut samples);
        let mut block = [0; 64];
        for (at, value) in block.iter_mut().enumerate() {
            let exact = samples[usize::from(ZIGZAG[at])] / f32::from(quantiser[at]);
            *value = if exact < 0.0 { exact - 0.5 } else { exact + 0.5 } as i16;
        }
        block
    }

    fn sample(&self, x: usize, y: usize) -> f32 {
        let (across, down) = self.thinned;
        let mut sum = 0.0;
        for (dx, dy) in (0..down).flat_map(|dy| (0..across).map(move |dx| (dx, dy))) {
            sum += self.value(self.picture.pixel(x * across + dx, y * down + dy));
        }
        sum / (across * down) as f32
    }

    /// Source: ITU-T T.871, 7 "Conversion to and from RGB".
    fn value(&self, pixel: [u8; 3]) -> f32 {
        let [red, green, blue] = pixel.map(f32::from);
        match self.channel {
            0 => 0.299 * red + 0.587 * green + 0.114 * blue,
            1 => -0.168_735_9 * red - 0.331_264_1 * green + 0.5 * blue + 128.0,
            _ => 0.5 * red - 0.418_687_6 * green - 0.081_312_4 * blue + 128.0,
        }
    }
}

/// The discrete cosine transform, rows then columns. Source: T.81, A.3.3.
fn transform(samples: &mut [f32; 64]) {
    for line in 0..8 {
        transform_line(samples, line * 8, 1);
    }
    for line in 0..8 {
        transform_line(samples, line, 8);
    }
}

fn transform_line(samples: &mut [f32; 64], start: usize, step: usize) {
    let line: [f32; 8] = std::array::from_fn(|at| samples[start + at * step]);
    for frequency in 0..8 {
        let terms = line.iter().enumerate().map(|(at, value)| value * cosine(frequency, at));
        samples[start + frequency * step] = terms.sum();
    }
}

/// Half the cosine of `(2 at + 1) frequency pi / 16`, by the symmetry of the circle.
fn cosine(frequency: usize, at: usize) -> f32 {
    if frequency == 0 {
        return COSINES[4];
    }
    let angle = (2 * at + 1) * frequency % 32;
    let angle = if angle > 16 { 32 - angle } else { angle };
    if angle <= 8 { COSINES[angle] } else { -COSINES[16 - angle] }
}
