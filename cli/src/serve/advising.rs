//! What is told before a scan: drives, where photos can go, what a scan will find.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Forecast, ForecastOptions};
use afterimage_engine::source::{self, Io, Pace};
use afterimage_engine::system::System;
use afterimage_engine::{check_folder, error};
use serde_json::{Value, json};

use super::browse::home;
use super::busy::Work;
use super::claim::Claim;
use super::denial::Refusal;
use super::session::{PageSession, Settings, State};
use super::typed_path::absolute;
use super::words;
use super::worker::{self, FAULT, Update};
use crate::commands::drives;
use crate::progress::How;
use crate::text::{bytes, count};
use crate::{notes, sources, system_words};

/// So many folders are suggested.
const MOST_SUGGESTED: usize = 6;

/// So often a folder that is there already gets another number.
const MOST_NUMBERS: u32 = 99;

/// Drives and cards, with what can be hoped for on each.
pub fn devices() -> Value {
    let listed = drives();
    let note = match &listed {
        None => Some(format!(
            "This program cannot list drives on this system yet. {} lists them; type the path of yours below.",
            system_words::LISTER
        )),
        Some(all) if all.iter().all(|one| one["readable"] != false) => None,
        Some(_) if system_words::is_root() => Some(format!("Some drives are {}.", words::CLOSED)),
        Some(_) => Some(format!(
            "Some drives can be read by an administrator only. To scan one of them, {}.",
            words::WITH_RIGHTS
        )),
    };
    json!({ "devices": listed.unwrap_or_default(), "note": note })
}

/// Folders for what is found in `source`, the best first: on other disks, and with room.
///
/// # Errors
///
/// When `source` is no path.
pub fn suggest(source: &Path) -> Result<Value, String> {
    let source = absolute(source)?;
    let sources = [source.clone()];
    let len = source::open(&source, Io::Read).map_or(0, |source| source.len());
    let mut above = vec![home()];
    above.extend(std::env::current_dir());
    for drive in System::running().drives() {
        let mounts = drive.all_mounts().filter(|mount| !mount.is_read_only && mount.point.is_dir());
        above.extend(mounts.map(|mount| mount.point.clone()));
    }
    let (mut known, mut folders) = (BTreeSet::new(), Vec::new());
    for folder in above {
        if !is_for_users(&folder) || !known.insert(folder.clone()) {
            continue;
        }
        if let Some((path, free)) = free_name(&folder, &sources) {
            folders.push((path, free));
        }
    }
    // The user's own folder comes first where there is room; else where there is most of it.
    folders.sort_by_key(|(_, free)| {
        std::cmp::Reverse((*free >= len, if *free >= len { 0 } else { *free }))
    });
    let folders = folders.into_iter().take(MOST_SUGGESTED).map(|(path, free)| {
        json!({ "path": path.to_string_lossy(), "free": free, "enough": free >= len })
    });
    Ok(json!({ "size": len, "folders": folders.collect::<Vec<_>>() }))
}

/// Whether people keep files there: not in folders of the system.
fn is_for_users(folder: &Path) -> bool {
    let of_system =
        ["/boot", "/efi", "/usr", "/var", "/etc", "/proc", "/sys", "/dev", "/run/lock", "/snap"];
    let is_root = folder.parent().is_none();
    !is_root && !of_system.iter().any(|system| folder.starts_with(system))
}

/// A folder below `above` that a run may write to, and the bytes that are free there.
fn free_name(above: &Path, sources: &[PathBuf]) -> Option<(PathBuf, u64)> {
    let names = (1..=MOST_NUMBERS).map(|number| match number {
        1 => "recovered-photos".to_owned(),
        _ => format!("recovered-photos-{number}"),
    });
    let path = names.map(|name| above.join(name)).find(|path| path.symlink_metadata().is_err())?;
    is_writable(above).then(|| check_folder(&path, sources).ok()).flatten()
}

/// Whether this user may make something in a folder. Nothing is written to find out: it may lie on a card from which
/// photos were deleted.
#[cfg(unix)]
fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

/// The same, as far as it is known here.
#[cfg(not(unix))]
fn is_writable(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|found| !found.permissions().readonly())
}

/// Whether a scan may begin, and what is to be known before.
///
/// # Errors
///
/// Why it may not.
pub fn check(source: &Path, output: &Path, settings: &Settings) -> Result<Value, String> {
    let (source, output) = (absolute(source)?, absolute(output)?);
    let said = |error: anyhow::Error| words::failure(error.as_ref());
    let expanded =
        sources::expand_unseen(std::slice::from_ref(&source), Some(&output)).map_err(said)?;
    let (path, free) = match check_folder(&output, &expanded.paths) {
        Err(error::Error::Unfinished { .. }) => {
            // Where it cannot be read, that is told when it is to be gone on with.
            let before = run::unfinished(&output).ok().flatten();
            let asks = settings
                .again
                .zip(before)
                .is_some_and(|(again, before)| (again.asks_for_key)(&before));
            return Ok(
                json!({ "output": output.to_string_lossy(), "unfinished": true, "key": asks }),
            );
        }
        checked => checked.map_err(|error| words::failure(&error))?,
    };
    for source in &expanded.paths {
        source::open(source, Io::Read).map_err(|error| words::failure(&error))?;
    }
    let options = Options { output: Some(path.clone()), ..Options::default() };
    let mut notes = notes::in_use::warnings(&System::running(), &expanded.paths);
    notes.extend(notes::of(&expanded, &Progress::default(), How::Nowhere));
    notes.extend(notes::room::notes(&options, &expanded.paths));
    Ok(json!({ "output": path.to_string_lossy(), "free": free, "notes": notes }))
}

/// What a look at a card may read at a slow pace: as much as fits into the time that it may take.
fn most(pace: &Pace) -> ForecastOptions {
    let usual = ForecastOptions::default();
    let Some(limit) = pace.limit() else { return usual };
    let fits = limit.saturating_mul(usual.most_time.as_secs());
    ForecastOptions { most_bytes: usual.most_bytes.min(fits), ..usual }
}

/// Begins to find out what a scan of `source` will find; what it comes to is shown.
///
/// # Errors
///
/// What runs, or why it cannot begin.
pub fn forecast(session: &Arc<PageSession>, source: &Path) -> Result<(), Refusal> {
    let claim = Claim::take(session, Work::Forecast)?;
    let source = absolute(source)?;
    let shown = source.to_string_lossy().into_owned();
    session.state().forecast = Some(json!({ "running": true, "source": shown }));
    let (pace, progress) = (session.settings.pace.clone(), Arc::clone(&claim.progress));
    let look = move || {
        let looked = run::forecast_at(&source, &most(&pace), &pace, &progress);
        let lines = match &looked {
            Ok(forecast) => said(forecast),
            Err(error) => vec![words::failure(error)],
        };
        let told =
            json!({ "running": false, "source": shown, "failed": looked.is_err(), "lines": lines });
        // Something else was wanted: what was read until then says nothing.
        let told = (!progress.stopped()).then_some(told);
        Box::new(move |state: &mut State| state.forecast = told) as Update
    };
    let fault = |state: &mut State| {
        state.forecast = Some(json!({ "running": false, "failed": true, "lines": [FAULT] }));
    };
    worker::start("forecast", claim, look, fault).map_err(|error| {
        session.state().forecast = None;
        Refusal::Said(format!("That cannot be found out now: {error}."))
    })
}

/// A forecast in sentences.
fn said(forecast: &Forecast) -> Vec<String> {
    let photos = forecast.photos;
    let mut lines = vec![match (forecast.is_whole, photos.likely) {
        (true, n) => format!("A scan will find {}.", count(n, "photo", "photos")),
        (false, 0) => format!(
            "A scan will find no photos, or a few: most likely no more than {}.",
            photos.high
        ),
        (false, n) => format!(
            "A scan will find about {}: most likely between {} and {}.",
            count(n, "photo", "photos"),
            photos.low,
            photos.high
        ),
    }];
    if forecast.live > 0 {
        let live = count(forecast.live, "file is", "files are");
        lines.push(format!("{live} still there and not counted."));
    }
    if forecast.erased >= 0.005 {
        lines.push(format!(
            "{:.0} % of it is erased: nothing is left there.",
            forecast.erased * 100.0
        ));
    }
    if !forecast.is_whole {
        lines.push(format!("Looked at {} of {}.", bytes(forecast.read), bytes(forecast.size)));
    }
    lines
}
