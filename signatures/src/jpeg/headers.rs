//! What marker segments have told so far, for whoever comes upon the data after them.

use super::frame::{Frame, Scan};
use super::marker::{APP0, APP15, COM, DAC, DHP, DHT, DNL, DQT, DRI, EXP};
use super::tables::Tables;

/// More scans than any encoder writes: a progressive picture could have one for each bit of each
/// coefficient of four components.
const MOST_SCANS: usize = 64 * 14 * 4;

/// The headers of a JPEG up to some point.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// The tables in force.
    pub tables: Tables,
    /// The frame, once its header has come; of a hierarchical picture the last one.
    pub frame: Option<Frame>,
    /// Whether the picture is a pyramid of frames.
    pub hierarchical: bool,
    /// Units between restart markers, 0 for none.
    pub interval: u16,
    /// Scans whose headers have come.
    pub scans: usize,
}

impl Headers {
    /// Takes the content of the segment `code`, which is not a scan header, or names what is wrong
    /// with it.
    pub fn take(&mut self, code: u8, content: &[u8]) -> Result<(), &'static str> {
        match code {
            DQT => self.tables.quantise(content),
            DHT => self.tables.huffman(content),
            DAC => Tables::condition(content),
            DRI => {
                let interval = content.try_into().map_err(|_| "restart interval")?;
                self.interval = u16::from_be_bytes(interval);
                Ok(())
            }
            DNL => self.lines(content),
            DHP if self.frame.is_none() && !self.hierarchical => {
                self.hierarchical = true;
                Frame::parse(0xc1, content).map(|_| ())
            }
            EXP if self.hierarchical && content.len() == 1 => Ok(()),
            DHP | EXP => Err("hierarchical progression"),
            APP0..=APP15 | COM => Ok(()),
            _ => self.frame_header(code, content),
        }
    }

    fn frame_header(&mut self, code: u8, content: &[u8]) -> Result<(), &'static str> {
        let differential = code & 4 != 0;
        if (self.frame.is_some() || differential) && !self.hierarchical {
            return Err("second frame header");
        }
        self.frame = Some(Frame::parse(code, content)?);
        Ok(())
    }

    /// DNL tells the height after the first scan, where the frame header did not.
    fn lines(&mut self, content: &[u8]) -> Result<(), &'static str> {
        let lines = u32::from(u16::from_be_bytes(content.try_into().map_err(|_| "DNL")?));
        match &mut self.frame {
            Some(frame) if self.scans == 1 && lines > 0 => frame.height = lines,
            _ => return Err("DNL"),
        }
        Ok(())
    }

    /// Takes the content of a scan header.
    pub fn scan(&mut self, content: &[u8]) -> Result<Scan, &'static str> {
        let frame = self.frame.as_ref().ok_or("scan before its frame")?;
        let scan = frame.scan(content)?;
        if self.scans >= MOST_SCANS {
            return Err("number of scans");
        }
        self.scans += 1;
        match self.tables.missing(frame, &scan) {
            Some(what) => Err(what),
            None => Ok(scan),
        }
    }

    /// Width and height in pixels; nothing while the height is not known.
    pub fn pixels(&self) -> Option<(u32, u32)> {
        let frame = self.frame.as_ref().filter(|frame| frame.height > 0)?;
        Some((frame.width, frame.height))
    }
}
