//! Landscapes, drawn from a seed: no test needs a picture that somebody took.
//!
//! Only sums, products, quotients and roots of floats are used, which give the same bits on
//! every machine; so the files made of these pictures can be compared byte by byte.

use crate::random::{Random, mix, unit};

/// A colour from 0 to 255 in each of red, green and blue.
type Colour = [f32; 3];

/// A picture of 8-bit RGB pixels, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// The landscape of that seed.
    pub fn scene(seed: u64, width: usize, height: usize) -> Self {
        let scene = Scene::new(seed, width as f32 / height as f32);
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                let place = (x as f32 / height as f32, (y as f32 + 0.5) / height as f32);
                let grain = unit(mix(seed ^ ((y * width + x) as u64))) * 9.0 - 4.5;
                let colour = scene.colour(place.0, place.1);
                rgb.extend(colour.map(|value| (value + grain).clamp(0.0, 255.0) as u8));
            }
        }
        Picture { width, height, rgb }
    }

    /// The pixel nearest to (`x`, `y`) that lies inside.
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y.min(self.height - 1) * self.width + x.min(self.width - 1)) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// The same picture made smaller; each pixel is the mean of those it covers.
    pub fn shrunk(&self, width: usize, height: usize) -> Self {
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            let rows = span(y, height, self.height);
            for x in 0..width {
                let columns = span(x, width, self.width);
                let mut sum = [0usize; 3];
                for (row, column) in rows.clone().flat_map(|r| columns.clone().map(move |c| (r, c)))
                {
                    let pixel = self.pixel(column, row);
                    (0..3).for_each(|channel| sum[channel] += usize::from(pixel[channel]));
                }
                let count = rows.len() * columns.len();
                rgb.extend(sum.map(|value| (value / count) as u8));
            }
        }
        Picture { width, height, rgb }
    }

    /// Brightness of the pixel at (`x`, `y`).
    ///
    /// Source: ITU-R BT.601-7, 2.5.1.
    pub fn luma(&self, x: usize, y: usize) -> u8 {
        let [red, green, blue] = self.pixel(x, y).map(u32::from);
        ((299 * red + 587 * green + 114 * blue + 500) / 1000) as u8
    }
}

/// The pixels of `old` that pixel `at` of `new` covers: at least one.
fn span(at: usize, new: usize, old: usize) -> std::ops::Range<usize> {
    let start = at * old / new;
    start..((at + 1) * old / new).max(start + 1)
}

/// The light of one time of day.
struct Light {
    zenith: Colour,
    horizon: Colour,
    sun: Colour,
    /// The nearest ground; what is far away fades into the horizon.
    ground: Colour,
}

const LIGHTS: [Light; 5] = [
    Light {
        zenith: [58.0, 116.0, 196.0],
        horizon: [196.0, 221.0, 238.0],
        sun: [255.0, 250.0, 226.0],
        ground: [62.0, 96.0, 44.0],
    },
    Light {
        zenith: [62.0, 72.0, 128.0],
        horizon: [252.0, 182.0, 128.0],
        sun: [255.0, 224.0, 160.0],
        ground: [64.0, 52.0, 58.0],
    },
    Light {
        zenith: [98.0, 128.0, 168.0],
        horizon: [250.0, 214.0, 196.0],
        sun: [255.0, 240.0, 214.0],
        ground: [92.0, 92.0, 58.0],
    },
    Light {
        zenith: [12.0, 18.0, 46.0],
        horizon: [66.0, 78.0, 120.0],
        sun: [238.0, 238.0, 226.0],
        ground: [16.0, 22.0, 30.0],
    },
    Light {
        zenith: [120.0, 162.0, 196.0],
        horizon: [232.0, 232.0, 220.0],
        sun: [255.0, 252.0, 238.0],
        ground: [150.0, 112.0, 48.0],
    },
];

struct Scene {
    seed: u64,
    light: &'static Light,
    sun: (f32, f32, f32),
    /// Where the sky meets the land, from the top.
    horizon: f32,
    /// Ridges from far to near: mean height, how rough, how wide.
    ridges: Vec<(f32, f32, f32)>,
    /// Where the lake begins, if there is one.
    shore: Option<f32>,
    clouds: f32,
}

impl Scene {
    fn new(seed: u64, aspect: f32) -> Self {
        let mut random = Random::new(seed);
        let light = &LIGHTS[seed as usize % LIGHTS.len()];
        let horizon = 0.5 + 0.12 * random.unit();
        let lake = seed % 3 != 1;
        let shore = lake.then_some(horizon + 0.14 + 0.06 * random.unit());
        let sun = (
            aspect * (0.15 + 0.7 * random.unit()),
            horizon * (0.25 + 0.5 * random.unit()),
            0.03 + 0.03 * random.unit(),
        );
        let count = 3 + random.below(2);
        let ridges = (0..count)
            .map(|index| {
                let near = index as f32 / count as f32;
                let height = horizon - 0.1 + 0.2 * near + 0.04 * random.unit();
                (height, 0.16 - 0.09 * near, 0.55 - 0.3 * near)
            })
            .collect();
        let clouds = 0.35 + 0.5 * random.unit();
        Scene { seed, light, sun, horizon, ridges, shore, clouds }
    }

    fn colour(&self, x: f32, y: f32) -> Colour {
        match self.shore {
            Some(shore) if y > shore => self.lake(x, y, shore),
            _ => self.land(x, y).unwrap_or_else(|| self.sky(x, y)),
        }
    }

    fn sky(&self, x: f32, y: f32) -> Colour {
        let low = (y / self.horizon).clamp(0.0, 1.0);
        let mut colour = blend(self.light.zenith, self.light.horizon, low * low);
        let (dx, dy) = (x - self.sun.0, y - self.sun.1);
        let away = (dx * dx + dy * dy).sqrt();
        colour = blend(colour, self.light.sun, 0.5 / (1.0 + away * away * 60.0));
        if away < self.sun.2 {
            colour = self.light.sun;
        }
        let cloud = self.cloud(x * 2.2, y * 5.5) - (1.0 - self.clouds) * 0.75;
        blend(colour, blend(self.light.horizon, self.light.sun, 0.5), cloud.clamp(0.0, 0.3) * 2.6)
    }

    /// The nearest ridge that stands at (`x`, `y`), if any does.
    fn land(&self, x: f32, y: f32) -> Option<Colour> {
        let count = self.ridges.len();
        for (index, &(height, rough, wide)) in self.ridges.iter().enumerate().rev() {
            let lane = index as f32 * 7.3;
            let crest = height - rough * (self.noise(x / wide + lane, lane) - 0.5)
                - 0.22 * rough * (self.noise(x * 9.0 / wide, lane) - 0.5);
            if y <= crest {
                continue;
            }
            let near = (index + 1) as f32 / count as f32;
            let texture = self.noise(x * 90.0, y * 140.0 + lane) - 0.5;
            let slope = self.noise(x * 11.0 + lane, y * 17.0) - 0.5;
            let shade = 1.0 + near * (0.45 * texture + 0.5 * slope) + 0.6 * (y - crest);
            let lit = self.light.ground.map(|value| value * shade);
            return Some(blend(self.light.horizon, lit, near * near * 0.9 + 0.1));
        }
        None
    }

    /// Water: the picture above the shore, upside down and rippled.
    fn lake(&self, x: f32, y: f32, shore: f32) -> Colour {
        let depth = y - shore;
        let ripple = self.noise(x * 14.0, depth * 130.0 / (1.0 + depth * 3.0)) - 0.5;
        let mirrored = shore - depth * 1.3 + ripple * 0.05 * (0.2 + depth * 4.0);
        let above = self.land(x, mirrored).unwrap_or_else(|| self.sky(x, mirrored.max(0.0)));
        let water = blend(above, self.light.zenith, 0.22 + 0.4 * depth);
        water.map(|value| value * (0.94 + 0.14 * ripple))
    }

    fn cloud(&self, x: f32, y: f32) -> f32 {
        0.55 * self.noise(x, y)
            + 0.3 * self.noise(x * 2.3 + 5.0, y * 2.3)
            + 0.15 * self.noise(x * 5.1, y * 5.1 + 9.0)
    }

    /// Value noise from 0 to 1: random at whole numbers, smooth between them.
    fn noise(&self, x: f32, y: f32) -> f32 {
        let (column, row) = (x.floor(), y.floor());
        let (fx, fy) = (smooth(x - column), smooth(y - row));
        let corner = |dx: f32, dy: f32| {
            let (column, row) = ((column + dx) as i64 as u64, (row + dy) as i64 as u64);
            unit(mix(self.seed ^ column.wrapping_mul(0x1000_0000_01b3) ^ (row << 32)))
        };
        let upper = corner(0.0, 0.0) * (1.0 - fx) + corner(1.0, 0.0) * fx;
        let lower = corner(0.0, 1.0) * (1.0 - fx) + corner(1.0, 1.0) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

fn blend(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_picture_and_another_seed_another() {
        let picture = Picture::scene(3, 64, 48);
        assert_eq!(picture, Picture::scene(3, 64, 48));
        assert_ne!(picture, Picture::scene(4, 64, 48));
        assert_eq!(picture.rgb.len(), 64 * 48 * 3);
    }

    #[test]
    fn a_smaller_picture_keeps_its_mean() {
        let mean = |picture: &Picture| {
            picture.rgb.iter().map(|&b| u64::from(b)).sum::<u64>() / picture.rgb.len() as u64
        };
        let picture = Picture::scene(5, 160, 120);
        let small = picture.shrunk(40, 30);
        assert!(mean(&picture).abs_diff(mean(&small)) <= 1);
    }
}
