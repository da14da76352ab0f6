//! Small movies: their units have true lengths and headers, and noise inside.

use super::{boxed, full, noise, trak};
use crate::Sample;

/// A movie's media: chunks of pictures and of sound in turn.
struct Media {
    bytes: Vec<u8>,
    /// Offset from the start of `bytes`, and the lengths of the samples.
    pictures: Vec<(usize, Vec<usize>)>,
    sound: Vec<(usize, Vec<usize>)>,
}

impl Media {
    /// Pictures whose units begin with `header`.
    fn new(seed: u64, header: &[u8]) -> Self {
        let mut media = Media { bytes: Vec::new(), pictures: Vec::new(), sound: Vec::new() };
        for chunk in 0..4 {
            let at = media.bytes.len();
            let samples = (0..3).map(|sample| {
                let rest = noise(seed * 100 + chunk * 10 + sample, 300 + 170 * sample as usize);
                let unit = [header, &rest].concat();
                // A short unit, as for timing, stands before each picture.
                let short = [header, &[0x50]].concat();
                [short, unit].map(|unit| [&(unit.len() as u32).to_be_bytes(), &unit[..]].concat())
            });
            let samples: Vec<_> = samples.map(|units| units.concat()).collect();
            media.pictures.push((at, samples.iter().map(Vec::len).collect()));
            media.bytes.extend(samples.concat());
            media.sound.push((media.bytes.len(), vec![90, 110]));
            media.bytes.extend(noise(seed * 1000 + chunk, 200));
        }
        media
    }

    /// The movie box when the media begin at `at` of the file.
    fn moov(&self, at: usize, entry: &[u8], rest: &[u8]) -> Vec<u8> {
        let moved = |chunks: &[(usize, Vec<usize>)]| -> Vec<(usize, Vec<usize>)> {
            chunks.iter().map(|(offset, lens)| (at + offset, lens.clone())).collect()
        };
        let (pictures, sound) = (moved(&self.pictures), moved(&self.sound));
        let pictures: Vec<_> = pictures.iter().map(|(at, lens)| (*at, &lens[..])).collect();
        let sound: Vec<_> = sound.iter().map(|(at, lens)| (*at, &lens[..])).collect();
        let mp4a = boxed(b"mp4a", &[&[0; 28]]);
        let tracks = [trak(b"soun", &mp4a, &sound), trak(b"vide", entry, &pictures)];
        boxed(b"moov", &[&full(b"mvhd", &[&[0; 96]]), &tracks.concat(), rest])
    }
}

/// A sample entry of 320 x 240 pixels with a decoder configuration.
fn entry(kind: &[u8; 4], configuration: &[u8]) -> Vec<u8> {
    let size = [&320u16.to_be_bytes()[..], &240u16.to_be_bytes()].concat();
    boxed(kind, &[&[0; 24], &size, &[0; 50], configuration])
}

fn avc1() -> Vec<u8> {
    entry(b"avc1", &boxed(b"avcC", &[&[1, 66, 0, 30, 0xff, 0xe0, 0]]))
}

fn hvc1() -> Vec<u8> {
    let configuration = [&[1][..], &[0; 20], &[0xff, 0]].concat();
    entry(b"hvc1", &boxed(b"hvcC", &[&configuration]))
}

fn ftyp(brands: &[u8]) -> Vec<u8> {
    boxed(b"ftyp", &[&brands[..4], &[0, 0, 2, 0], &brands[4..]])
}

/// `mdat` with a 64-bit size.
fn long_mdat(bytes: &[u8]) -> Vec<u8> {
    let len = (bytes.len() as u64 + 16).to_be_bytes();
    [b"\0\0\0\x01mdat", &len[..], bytes].concat()
}

/// Media first, then the movie box.
fn media_first(head: &[u8], media: &Media, entry: &[u8], rest: &[u8]) -> Vec<u8> {
    let mdat = boxed(b"mdat", &[&media.bytes]);
    [head, &mdat, &media.moov(head.len() + 8, entry, rest)].concat()
}

/// The movie box first, then `between`, then media behind a header of `header` bytes.
fn movie_first(head: &[u8], media: &Media, between: &[u8], header: &[u8]) -> Vec<u8> {
    let len = media.moov(0, &avc1(), &[]).len();
    let at = head.len() + len + between.len() + header.len();
    [head, &media.moov(at, &avc1(), &[]), between, header, &media.bytes].concat()
}

/// Every sample.
pub(super) fn samples() -> Vec<Sample> {
    let avc = |seed| Media::new(seed, &[0x41]);
    let hevc = Media::new(3, &[0x26, 0x01]);
    let quicktime = [ftyp(b"qt  qt  "), boxed(b"wide", &[])].concat();
    let size = |media: &Media| {
        let len = media.bytes.len() as u32 + 8;
        [&len.to_be_bytes()[..], b"mdat"].concat()
    };
    let (plain, long) = (avc(1), avc(2));
    let head = ftyp(b"mp42isomavc1");
    let mut far = [&head[..], &long_mdat(&long.bytes)].concat();
    far.extend(long.moov(head.len() + 16, &avc1(), &boxed(b"udta", &[])));
    let free = boxed(b"free", &[&[0; 40]]);
    vec![
        Sample::new("mov", "live-photo", media_first(&quicktime, &hevc, &hvc1(), &keys())),
        Sample::new("mp4", "media-first", media_first(&head, &plain, &avc1(), &[])),
        Sample::new("mp4", "movie-first", movie_first(&head, &plain, &free, &size(&plain))),
        Sample::new("mp4", "mdat-of-64-bits", far),
        Sample::new("mp4", "mdat-without-size", movie_first(&head, &plain, &[], b"\0\0\0\0mdat")),
        Sample::new("mp4", "fragments", fragments(&ftyp(b"iso5iso6mp41"))),
        Sample::new("m4v", "plain", media_first(&ftyp(b"M4V mp42"), &avc(6), &avc1(), &[])),
        Sample::new("3gp", "plain", {
            movie_first(&ftyp(b"3gp53gp4"), &plain, &free, &size(&plain))
        }),
    ]
}

/// Files without `ftyp`.
pub(super) fn old_quicktime() -> Vec<Sample> {
    let media = |seed| Media::new(seed, &[0x41]);
    let wide = boxed(b"wide", &[]);
    let header = [&(media(7).bytes.len() as u32 + 8).to_be_bytes()[..], b"mdat"].concat();
    vec![
        Sample::new("mov", "wide-first", media_first(&wide, &media(4), &avc1(), &[])),
        Sample::new("mov", "media-first", media_first(&[], &media(5), &avc1(), &[])),
        Sample::new("mov", "movie-first", movie_first(&[], &media(7), &[], &header)),
    ]
}

/// Metadata of a Live Photo.
fn keys() -> Vec<u8> {
    let names = [&b"com.apple.quicktime.make"[..], b"com.apple.quicktime.content.identifier"];
    let names = names.map(|name| boxed(b"mdta", &[name])).concat();
    let text = |text: &[u8]| boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], text]);
    let items = [
        boxed(&1u32.to_be_bytes(), &[&text(b"Afterimage")]),
        boxed(&2u32.to_be_bytes(), &[&text(super::CONTENT_IDENTIFIER.as_bytes())]),
    ];
    let hdlr = full(b"hdlr", &[&[0; 4], b"mdta", &[0; 13]]);
    let keys = full(b"keys", &[&2u32.to_be_bytes(), &names]);
    boxed(b"meta", &[&hdlr, &keys, &boxed(b"ilst", &[&items.concat()])])
}

/// A movie in fragments, with an index of them at its end.
fn fragments(head: &[u8]) -> Vec<u8> {
    let number = |value: usize| (value as u32).to_be_bytes();
    let trex = full(b"trex", &[&number(1), &number(1), &[0; 12]]);
    let track = trak(b"vide", &avc1(), &[]);
    let header = full(b"mvhd", &[&[0; 96]]);
    let moov = boxed(b"moov", &[&header, &track, &boxed(b"mvex", &[&trex])]);
    let mut out = [head, &moov].concat();
    for fragment in 0..3 {
        let media = Media::new(10 + fragment, &[0x41]);
        let lens = &media.pictures[0].1;
        let bytes = &media.bytes[..lens.iter().sum()];
        let run = |at: usize| {
            let lens: Vec<_> = lens.iter().flat_map(|&len| number(len)).collect();
            // Flags: where the data begin, and the length of each sample.
            boxed(b"trun", &[&[0, 0, 2, 1], &number(lens.len() / 4), &number(at), &lens])
        };
        // Flag: offsets count from the fragment.
        let tfhd = boxed(b"tfhd", &[&[0, 2, 0, 0], &number(1)]);
        let moof = |at: usize| {
            let traf = boxed(b"traf", &[&tfhd, &run(at)]);
            boxed(b"moof", &[&full(b"mfhd", &[&number(fragment as usize + 1)]), &traf])
        };
        let moof = moof(moof(0).len() + 8);
        out.extend([moof, boxed(b"mdat", &[bytes])].concat());
    }
    let mfro = full(b"mfro", &[&number(24)]);
    out.extend(boxed(b"mfra", &[&mfro]));
    out
}
