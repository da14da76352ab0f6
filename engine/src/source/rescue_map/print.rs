//! Writing a map as ddrescue 1.27 writes it.

use std::fmt::Write;

use super::map::{Block, RescueMap, Standing};

/// Bytes of a line of the list, or nearly so.
const LINE: usize = 28;

impl RescueMap {
    /// The text of the map, with `comments` at its top.
    pub fn text(&self, comments: &[String]) -> String {
        let mut text = String::with_capacity((self.count() + comments.len() + 4) * LINE);
        for comment in comments {
            let comment: String =
                comment.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            text.push_str("# ");
            text.push_str(comment.trim_end());
            text.push('\n');
        }
        text.push_str("# current_pos  current_status  current_pass\n");
        let Standing { at, phase, pass } = self.standing;
        line(&mut text, format_args!("0x{at:08X}     {}               {pass}", phase.symbol()));
        text.push_str("#      pos        size  status\n");
        for Block { span, status } in self.blocks() {
            let (at, len) = (span.at, span.len);
            line(&mut text, format_args!("0x{at:08X}  0x{len:08X}  {}", status.symbol()));
        }
        text
    }
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(text, "{words}").expect("a string takes what it is given");
}
