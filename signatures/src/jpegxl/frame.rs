//! One frame: its header and its table of contents.
//!
//! Source: ISO/IEC 18181-1:2024, annex F "Frame header" and F.3 "TOC".

use jxl_bitstream::Bitstream;
use jxl_frame::FrameHeader;
use jxl_frame::data::{
    HfGlobal, HfGlobalParams, LfGlobal, LfGlobalParams, LfGroup, LfGroupParams, Toc, TocGroupKind,
};
use jxl_grid::AllocTracker;
use jxl_image::ImageHeader;
use jxl_oxide_common::Bundle;
use jxl_threadpool::JxlThreadPool;

use super::failure::Failure;
use crate::verdict::Span;

/// How many pixels a frame may have.
const MOST_PIXELS: u64 = 1 << 30;

/// How many sections a frame may have: sixteen thousand of 256 by 256 pixels are a gigapixel.
const MOST_SECTIONS: u64 = 1 << 14;

/// Bits that the shortest entry of the table takes.
const ENTRY_BITS: u64 = 12;

/// Bytes that headers, tables and codes of a frame may take besides its samples.
const MOST_OVERHEAD: u64 = 4 << 10;

/// Memory that the global part of a frame may take, in bytes.
const MOST_MEMORY: usize = 32 << 20;

/// What header and table of contents say of a frame.
pub(super) struct Frame {
    header: FrameHeader,
    /// Length of all of it in bytes.
    pub len: u64,
    /// Where its global section lies, from its first byte; that of a small frame is all there is.
    pub global: Span,
    /// Whether it is the last of the picture.
    pub is_last: bool,
    /// Whether it has one section.
    is_small: bool,
}

impl Frame {
    /// Reads the frame that begins with `bytes`, of which only headers need be there.
    pub fn read(bytes: &[u8], image: &ImageHeader) -> Result<Self, Failure> {
        let mut bits = Bitstream::new(bytes);
        let header = FrameHeader::parse(&mut bits, image)?;
        let (width, height) = (u64::from(header.width), u64::from(header.height));
        if width == 0 || height == 0 || width.saturating_mul(height) > MOST_PIXELS {
            return Err(Failure::Wrong("frame size"));
        }
        let sections = sections(&header);
        if sections > MOST_SECTIONS {
            return Err(Failure::Wrong("number of sections"));
        }
        let left = (bytes.len() as u64 * 8).saturating_sub(bits.num_read_bits() as u64);
        if sections * ENTRY_BITS > left {
            return Err(Failure::Short);
        }
        let toc = Toc::parse(&mut bits, &header)?;
        let start = bits.num_read_bits() as u64 / 8;
        let is_global = |kind| matches!(kind, TocGroupKind::All | TocGroupKind::LfGlobal);
        let global = toc.iter_bitstream_order().find(|section| is_global(section.kind));
        let global = global.map_or(Span { at: start, len: 0 }, |section| Span {
            at: section.offset as u64,
            len: u64::from(section.size),
        });
        let len = start + toc.total_byte_size() as u64;
        Ok(Frame { len, global, is_last: header.is_last, is_small: sections == 1, header })
    }
}

impl Frame {
    /// More bytes than a coder makes of the frame: those of its samples, and half as many.
    pub fn most_bytes(&self, image: &ImageHeader) -> u64 {
        let extra = image.metadata.ec_info.iter().map(|info| info.bit_depth.bits_per_sample());
        let bits = 3 * u64::from(self.header.bit_depth.bits_per_sample())
            + extra.map(u64::from).sum::<u64>();
        let pixels = u64::from(self.header.width) * u64::from(self.header.height);
        let samples = pixels.saturating_mul(bits) / 8;
        samples.saturating_add(samples / 2).saturating_add(MOST_OVERHEAD)
    }
}

/// How many sections the table of contents has: one of a small frame in one pass, else the global
/// ones and those of all groups.
fn sections(header: &FrameHeader) -> u64 {
    let (width, height) = (header.color_sample_width(), header.color_sample_height());
    let groups = |side: u32| u64::from(width.div_ceil(side)) * u64::from(height.div_ceil(side));
    let (side, passes) = (header.group_dim(), u64::from(header.passes.num_passes));
    match groups(side) * passes {
        1 => 1,
        all => 2 + groups(side * 8) + all,
    }
}

/// What is wrong with a global section.
const WRONG: &str = "global section";

/// Bits before the end of what is there in which a mistake may come of what is not.
const UNSURE: usize = 1 << 10;

/// Decodes the first `bytes` of a longer global section, as far as they tell that it is none.
pub(super) fn glance_at_global(
    bytes: &[u8],
    frame: &Frame,
    image: &ImageHeader,
) -> Result<(), &'static str> {
    let tracker = AllocTracker::with_limit(MOST_MEMORY);
    let params = LfGlobalParams::new(image, &frame.header, Some(&tracker), true);
    let mut bits = Bitstream::new(bytes);
    let parsed = LfGlobal::<i32>::parse(&mut bits, params);
    let is_sure = bits.num_read_bits() + UNSURE < bytes.len() * 8;
    match parsed {
        Err(error) if is_sure && !error.unexpected_eof() => Err(WRONG),
        _ => Ok(()),
    }
}

/// Decodes the global section, of which `bytes` are the beginning or all. Returns whether that ends
/// where the section does; in a small frame of blocks, other parts follow in the same section.
pub(super) fn check_global(
    bytes: &[u8],
    frame: &Frame,
    image: &ImageHeader,
) -> Result<bool, &'static str> {
    let tracker = AllocTracker::with_limit(MOST_MEMORY);
    let is_cut = (bytes.len() as u64) < frame.global.len;
    let params = LfGlobalParams::new(image, &frame.header, Some(&tracker), is_cut);
    let mut bits = Bitstream::new(bytes);
    let global = match LfGlobal::<i32>::parse(&mut bits, params) {
        Err(error) if is_cut && error.unexpected_eof() => return Ok(false),
        Err(_) => return Err(WRONG),
        Ok(_) if is_cut => return Ok(false),
        Ok(global) => global,
    };
    if frame.is_small && global.vardct.is_some() {
        check_blocks(&mut bits, frame, image, &global).map_err(|_| WRONG)?;
        return Ok(false);
    }
    let ends = bits.num_read_bits().div_ceil(8) as u64 == frame.global.len;
    ends.then_some(true).ok_or(WRONG)
}

/// Decodes what follows the global part in a small frame of blocks, up to their coefficients: the
/// low frequencies, and the tables for the high ones.
fn check_blocks(
    bits: &mut Bitstream<'_>,
    frame: &Frame,
    image: &ImageHeader,
    global: &LfGlobal<i32>,
) -> Result<(), jxl_frame::Error> {
    let (tracker, pool) = (AllocTracker::with_limit(MOST_MEMORY), JxlThreadPool::none());
    let params = LfGroupParams {
        frame_header: &frame.header,
        quantizer: global.vardct.as_ref().map(|blocks| &blocks.quantizer),
        global_ma_config: global.gmodular.ma_config(),
        mlf_group: None,
        lf_group_idx: 0,
        allow_partial: false,
        tracker: Some(&tracker),
        pool: &pool,
    };
    LfGroup::<i32>::parse(bits, params)?;
    let header = &frame.header;
    let params = HfGlobalParams::new(&image.metadata, header, global, Some(&tracker), &pool);
    HfGlobal::parse(bits, params)?;
    Ok(())
}
