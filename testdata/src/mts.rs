//! A small writer of transport streams: tables, video and sound whose payload is noise.
//!
//! Source: ISO/IEC 13818-1, 2.4.3 and 2.4.4.

use crate::Sample;
use crate::random::Random;

const MAP: u16 = 0x100;
const VIDEO: u16 = 0x1011;
const SOUND: u16 = 0x1100;

/// CRC-32/MPEG-2. Source: ISO/IEC 13818-1, annex A.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            crc = if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
        }
    }
    crc
}

/// A section with its length and CRC, as the payload of a packet.
fn section(table: u8, id: u16, body: &[u8]) -> Vec<u8> {
    let len = (body.len() + 9) as u16 | 0xb000;
    let head = [&[table][..], &len.to_be_bytes(), &id.to_be_bytes(), &[0xc1, 0, 0]].concat();
    let section = [&head, body].concat();
    [&[0][..], &section, &crc(&section).to_be_bytes()].concat()
}

fn pid(high: u16, pid: u16) -> [u8; 2] {
    (high << 13 | pid).to_be_bytes()
}

/// Packets of one file.
struct Writer {
    /// Whether an arrival time precedes each packet.
    times: bool,
    counters: Vec<(u16, u8)>,
    out: Vec<u8>,
}

impl Writer {
    fn packet(&mut self, stream: u16, starts: bool, payload: &[u8]) {
        if self.times {
            let time = (self.out.len() as u32) << 4;
            self.out.extend((time & 0x3fff_ffff).to_be_bytes());
        }
        let counter = match self.counters.iter_mut().find(|(pid, _)| *pid == stream) {
            Some((_, counter)) => {
                *counter = (*counter + 1) & 15;
                *counter
            }
            None => {
                self.counters.push((stream, 0));
                0
            }
        };
        self.out.push(0x47);
        self.out.extend(pid(if starts { 2 } else { 0 }, stream));
        let payload = &payload[..payload.len().min(184)];
        let stuffing = 184 - payload.len();
        self.out.push(counter | if stuffing > 0 { 0x30 } else { 0x10 });
        if stuffing > 0 {
            self.out.push(stuffing as u8 - 1);
            let mut field = vec![0xff; stuffing - 1];
            if let Some(flags) = field.first_mut() {
                *flags = 0;
            }
            self.out.extend(field);
        }
        self.out.extend(payload);
    }

    fn tables(&mut self) {
        let programs = [&[0, 1][..], &pid(7, MAP)].concat();
        let mut association = section(0, 1, &programs);
        association.resize(184, 0xff);
        self.packet(0, true, &association);
        let streams = [
            &pid(7, VIDEO)[..],
            &[0xf0, 0, 0x1b],
            &pid(7, VIDEO),
            &[0xf0, 0, 0x81],
            &pid(7, SOUND),
            &[0xf0, 0],
        ];
        let mut map = section(2, 1, &streams.concat());
        map.resize(184, 0xff);
        self.packet(MAP, true, &map);
    }
}

/// A stream of `groups` groups of pictures.
fn stream(times: bool, service_first: bool, groups: u64) -> Vec<u8> {
    let mut random = Random::new(groups);
    let mut writer = Writer { times, counters: Vec::new(), out: Vec::new() };
    if service_first {
        let mut service = section(0x42, 1, &[0xff, 1, 0xff]);
        service.resize(184, 0xff);
        writer.packet(0x11, true, &service);
    }
    for _ in 0..groups {
        writer.tables();
        for number in 0..14 {
            let start = number == 0;
            let mut payload = random.bytes(if number == 13 { 100 } else { 184 });
            if start {
                payload[..4].copy_from_slice(&[0, 0, 1, 0xe0]);
            }
            writer.packet(VIDEO, start, &payload);
        }
        let mut sound = random.bytes(150);
        sound[..4].copy_from_slice(&[0, 0, 1, 0xbd]);
        writer.packet(SOUND, true, &sound);
    }
    writer.out
}

/// Streams with and without arrival times.
pub fn samples() -> Vec<Sample> {
    let samples = [
        ("avchd", stream(true, false, 5)),
        ("plain", stream(false, false, 6)),
        ("service-first", stream(false, true, 7)),
    ];
    samples.into_iter().map(|(name, bytes)| Sample::new("mts", name, bytes)).collect()
}
