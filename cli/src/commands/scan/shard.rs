//! `afterimage scan --shard`.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use afterimage_engine::Shard;
use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::batch::Looking;
use afterimage_engine::run::{self, Carved};
use afterimage_engine::source::{self, Io};
use afterimage_engine::words;
use anyhow::Context;
use serde_json::json;

use super::Scan;
use super::tell::stopped;
use crate::interrupt::stop_on_ctrl_c;
use crate::memory::Memory;
use crate::progress::{Latest, SlowOpening, Ticker};
use crate::status::Status;
use crate::{failure, sources, summary, text, typed};

impl Scan {
    /// Carves a shard; what came of it goes to `out`, progress and failures to `err`.
    pub(super) fn carve(
        &self,
        shard: Shard,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let options = Options { shard: Some(shard), ..self.options()? };
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), self.goes_on())?;
        let slow = SlowOpening::new(self.show.how());
        let looking = Looking { progress: &progress, opening: &|path| slow.of(path) };
        let output = self.output.as_deref();
        let sources = sources::expand(&self.sources, output, false, looking)?.paths;
        if progress.stopped() {
            return stopped(err, "the source");
        }
        if sources.len() != 1 {
            anyhow::bail!(
                "cannot carve a shard of {} sources: each is divided for itself; name one of them",
                sources.len()
            );
        }
        if let [source] = sources.as_slice() {
            // What is found out about it is kept for the scan, which says what is wrong with it.
            slow.of(Some(source));
            drop(source::open_until_stopped(source, Io::Auto, &progress));
        }
        drop(slow);
        let ticker = Ticker::start(Arc::clone(&progress), self.show.how(), Latest::default());
        let carved = run::carve(&sources, &options, &progress);
        let memory = ticker.finish();
        let carved = match carved {
            Err(Error::Finished { path }) => {
                return told(out, |out| self.tell_finished(out, shard, &path));
            }
            // It was not opened to its end.
            Err(Error::Packed { .. }) if progress.stopped() => return stopped(err, "the source"),
            carved => carved?,
        };
        let status = told(out, |out| {
            self.tell(out, &carved, &sources[0], memory)?;
            match self.stats && !self.json {
                true => summary::stats(out, &carved.stats, memory),
                false => Ok(()),
            }
        })?;
        if let Some(failure) = &carved.failure {
            writeln!(err, "{}", failure::line(failure))?;
            return Ok(Status::Failed);
        }
        Ok(if carved.interrupted { Status::Interrupted } else { status })
    }

    fn tell(
        &self,
        out: &mut dyn Write,
        carved: &Carved,
        source: &Path,
        memory: Memory,
    ) -> io::Result<()> {
        let Carved { shard, range: (at, len), candidates, failure, interrupted, .. } = carved;
        if self.json {
            let mut said = json!({
                "shard": shard.number(),
                "shards": shard.count(),
                "range": { "offset": at, "length": len },
                "candidates": candidates,
                "interrupted": interrupted,
                "failure": failure.as_ref().map(ToString::to_string),
            });
            if self.stats {
                said["stats"] = summary::stats_json(&carved.stats, memory);
            }
            return text::json(out, &said);
        }
        let begin = words::count(*candidates, "file begins", "files begin");
        let what =
            format!("in its {} from {at:#x} on {begin} that may be photos", text::bytes(*len));
        let said = if *interrupted {
            let command = words::resumed(&typed::words()).unwrap_or_default();
            format!("The scan of shard {shard} was stopped: {what} so far. To go on: {command}")
        } else if failure.is_some() {
            format!("The scan of shard {shard} did not come to its end: {what} so far.")
        } else {
            format!(
                "Shard {shard} is carved: {what}. When all {} are, `afterimage merge DIR... --source {} --output \
                 DIR` finishes them as one scan.",
                shard.count(),
                source.display()
            )
        };
        text::paragraph(out, "", &text::plain(&said))
    }

    fn tell_finished(&self, out: &mut dyn Write, shard: Shard, path: &Path) -> io::Result<()> {
        if self.json {
            let (number, count) = (shard.number(), shard.count());
            return text::json(out, &json!({ "shard": number, "shards": count, "finished": true }));
        }
        let said = format!(
            "Nothing is left to do: shard {shard} is carved, in {}. `afterimage merge` finishes it with the others.",
            path.display()
        );
        text::paragraph(out, "", &text::plain(&said))
    }
}

/// Tells what was done, which is whole also where nobody reads it.
fn told(
    out: &mut dyn Write,
    tell: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<Status> {
    let said = tell(out).and_then(|()| out.flush());
    failure::unless_closed(said).context("cannot print what was done; what was carved is whole")?;
    Ok(Status::Found)
}
