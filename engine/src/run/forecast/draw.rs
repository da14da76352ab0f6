//! Draws from the distributions that an estimate is made of.

use crate::model::Random;

/// From 0 to below 1.
fn unit(random: &mut Random) -> f64 {
    (random.bits() >> 11) as f64 / (1u64 << 53) as f64
}

/// The normal distribution.
///
/// Source: G. Box, M. Muller, "A note on the generation of random normal deviates", 1958.
pub(super) fn normal(random: &mut Random) -> f64 {
    let radius = (-2.0 * (1.0 - unit(random)).ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * unit(random)).cos()
}

/// The gamma distribution of that shape and scale 1; 0 for shape 0.
///
/// Source: G. Marsaglia, W. Tsang, "A simple method for generating gamma variables", 2000.
pub(super) fn gamma(shape: f64, random: &mut Random) -> f64 {
    if shape <= 0.0 {
        return 0.0;
    }
    if shape < 1.0 {
        let factor = (1.0 - unit(random)).powf(1.0 / shape);
        return gamma(shape + 1.0, random) * factor;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(random);
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - unit(random);
        if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// The Poisson distribution of that mean; by its limit where that is large.
pub(super) fn poisson(mean: f64, random: &mut Random) -> f64 {
    const LARGE: f64 = 60.0;
    if mean > LARGE {
        return (mean + mean.sqrt() * normal(random)).max(0.0);
    }
    let (limit, mut product, mut count) = ((-mean).exp(), unit(random), 0.0);
    while product > limit {
        product *= unit(random);
        count += 1.0;
    }
    count
}

/// How many of `count` succeed where each does with that chance; by the limit of the distribution.
pub(super) fn binomial(count: f64, chance: f64, random: &mut Random) -> f64 {
    let spread = (count * chance * (1.0 - chance)).sqrt();
    (count * chance + spread * normal(random)).clamp(0.0, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of many draws.
    fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let all: Vec<f64> = (0..20_000).map(|_| draw()).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let squares = all.iter().map(|one| (one - mean).powi(2)).sum::<f64>();
        (mean, squares / all.len() as f64)
    }

    #[track_caller]
    fn check((mean, variance): (f64, f64), expected: (f64, f64)) {
        let near = |a: f64, b: f64| (a - b).abs() < 0.06 * b.abs().max(0.5);
        assert!(near(mean, expected.0) && near(variance, expected.1), "{mean} {variance}");
    }

    #[test]
    fn draws_have_the_mean_and_the_variance_of_their_distribution() {
        let random = &mut Random::new(1);
        check(moments(|| normal(random)), (0.0, 1.0));
        for shape in [0.5, 1.0, 7.5, 200.0] {
            check(moments(|| gamma(shape, random)), (shape, shape));
        }
        for mean in [0.3, 5.0, 400.0] {
            check(moments(|| poisson(mean, random)), (mean, mean));
        }
        check(moments(|| binomial(500.0, 0.3, random)), (150.0, 105.0));
        assert_eq!(gamma(0.0, random), 0.0);
    }
}
