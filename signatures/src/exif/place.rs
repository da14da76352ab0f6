//! Where a photo was taken.
//!
//! Source: Exif 2.32, 4.6.6 "GPS Attribute Information".

use ::exif::Rational;

use super::block::{Fields, Space};

const LATITUDE_REF: (Space, u16) = (Space::Gps, 1);
const LATITUDE: (Space, u16) = (Space::Gps, 2);
const LONGITUDE_REF: (Space, u16) = (Space::Gps, 3);
const LONGITUDE: (Space, u16) = (Space::Gps, 4);

/// Degrees north and east; nothing when the camera did not know; or what is wrong with them.
pub fn read(fields: &Fields) -> Result<Option<(f64, f64)>, &'static str> {
    let parts = (fields.fractions(LATITUDE), fields.fractions(LONGITUDE));
    let (Some(latitude), Some(longitude)) = parts else {
        return Ok(None);
    };
    let first = |tag| fields.bytes(tag).and_then(|bytes| bytes.first().copied());
    let (Some(north), Some(east)) = (first(LATITUDE_REF), first(LONGITUDE_REF)) else {
        return Ok(None);
    };
    let latitude = degrees(latitude, 90.0).and_then(|degrees| signed(degrees, north, *b"NS"));
    let longitude = degrees(longitude, 180.0).and_then(|degrees| signed(degrees, east, *b"EW"));
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => Ok(Some((latitude, longitude))),
        _ => Err("Exif has an impossible GPS position"),
    }
}

/// Degrees, minutes and seconds in degrees; the last of them may be missing.
fn degrees(parts: &[Rational], most: f64) -> Option<f64> {
    let mut total = 0.0;
    let mut unit = 1.0;
    for part in parts.iter().take(3) {
        if part.denom == 0 {
            return None;
        }
        total += part.to_f64() / unit;
        unit *= 60.0;
    }
    (!parts.is_empty() && (0.0..=most).contains(&total)).then_some(total)
}

fn signed(degrees: f64, side: u8, [plus, minus]: [u8; 2]) -> Option<f64> {
    match side.to_ascii_uppercase() {
        side if side == plus => Some(degrees),
        side if side == minus => Some(-degrees),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_in_range_or_nothing() {
        let all = |parts: &[(u32, u32)]| {
            let parts: Vec<Rational> = parts.iter().map(|&part| part.into()).collect();
            degrees(&parts, 90.0)
        };
        assert_eq!(all(&[(52, 1), (30, 1), (36, 1)]), Some(52.51));
        assert_eq!(all(&[(52, 1), (3000, 100)]), Some(52.5));
        assert_eq!(all(&[(90, 1), (0, 1), (1, 1)]), None);
        assert_eq!(all(&[(0, 0), (0, 0), (0, 0)]), None);
        assert_eq!(all(&[(52, 1), (1, 0), (0, 1)]), None);
        assert_eq!(all(&[]), None);
        assert_eq!(signed(5.0, b's', *b"NS"), Some(-5.0));
        assert_eq!(signed(5.0, 0, *b"NS"), None);
    }
}
