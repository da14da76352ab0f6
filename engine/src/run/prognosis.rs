//! What can be hoped for on a device, in an image, or of a folder: graded, with the facts that were observed.
//!
//! The free space is looked at in samples, the deleted photos that file systems still list are looked at where
//! they began, and the system is asked what kind of medium it is and whether it erases what is deleted. The rules
//! that make a grade of it are in one file (`prognosis/grade.rs`), each with its threshold and the reason for that.

mod fact;
mod facts;
mod grade;
mod kept_places;
mod listed;
mod medium;
mod observed;
mod phone;
mod sample;
mod words;

use std::path::{Path, PathBuf};
use std::time::Instant;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Effort};

use super::forecast::ForecastOptions;
use super::forecast::count::Counted;
use super::forecast::look::Look;
use super::forecast::seed_of;
use crate::carve::Carver;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::formats::Registry;
use crate::model::{Random, SpanSet};
use crate::scan::Matcher;
use crate::source::{self, Identity, Io, Source, SourceKind};
use crate::system::{Hope, Mount, System};
use crate::volumes::condition::Condition;
use crate::volumes::live_map::LiveMap;
use crate::volumes::survey::{Survey, Volume};
pub use fact::{Bearing, Fact, FactValue};
pub use medium::{Medium, MediumKind};
pub use observed::{Access, FreeSpace, Listed, Observed, Subject, VolumeState, Written};
pub use phone::Phone;

/// What can be hoped for.
#[derive(Clone, Debug, PartialEq)]
pub struct Prognosis {
    /// What was asked about, as it was named.
    pub path: PathBuf,
    /// How much.
    pub hope: Hope,
    /// The rule that decided, by a word for programs.
    pub rule: &'static str,
    /// Why, in a sentence or two that a worried person understands.
    pub because: String,
    /// What was observed, a sentence each.
    pub facts: Vec<Fact>,
    /// The numbers behind them.
    pub observed: Observed,
}

/// How bytes are read: a mapping would have the system read megabytes around each of many places far apart.
const READ: Io = Io::Read;

/// A volume that lists no photo and no more files than that may have been formatted anew: systems put some of
/// their own on an empty volume.
const MOST_FRESH_FILES: u64 = 16;

/// And so much of what was looked at has to hold something: what a new volume writes for itself is less.
const LEAST_OLD_CONTENT: f64 = 0.01;

/// File systems that keep the records of what was deleted: where they list nothing, they were formatted. Others
/// list nothing once all was deleted.
const KEEP_RECORDS: [&str; 5] = ["fat12", "fat16", "fat32", "exfat", "ntfs"];

/// What can be hoped for of what is at `path`: a device, an image, or a folder, for which what it lies on is
/// looked at. Reads no longer than `options` allow, but for what file systems say of their files, and nothing more
/// once the run is stopped.
///
/// # Errors
///
/// When there is nothing at `path`, or it is no device, image or folder, or cannot be opened. A folder whose device
/// cannot be opened is no error: what its kind tells is said.
pub fn prognosis(
    path: &Path,
    options: &ForecastOptions,
    progress: &Progress,
) -> Result<Prognosis, Error> {
    let system = System::running();
    let metadata = std::fs::metadata(path).map_err(|error| Error::open(path, error))?;
    let observed = if metadata.is_dir() {
        of_folder(&system, path, options, progress)
    } else {
        let source = source::open_watched(path, READ, progress.wish())?;
        of_source(&system, source, options, progress)
    };
    Ok(told(path, observed))
}

/// The same of a source that is open.
pub fn prognosis_of(
    source: Box<dyn Source>,
    options: &ForecastOptions,
    progress: &Progress,
) -> Prognosis {
    let path = source.path().to_path_buf();
    told(&path, of_source(&System::running(), source, options, progress))
}

/// The same of a phone or tablet that nothing of this machine shows.
pub fn prognosis_of_phone(phone: Phone) -> Prognosis {
    let observed = Observed::new(Subject::Device, None, Access::NoDevice("a phone".to_owned()));
    told(Path::new(phone.name()), Observed { phone: Some(phone), ..observed })
}

fn told(path: &Path, observed: Observed) -> Prognosis {
    let verdict = grade::grade(&observed);
    Prognosis {
        path: path.to_path_buf(),
        hope: verdict.hope,
        rule: verdict.rule,
        because: verdict.because,
        facts: facts::facts(&observed),
        observed,
    }
}

/// File systems that lie in memory.
const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];

/// File systems whose bytes another machine keeps.
const REMOTE: [&str; 9] =
    ["nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "fuse.sshfs", "fuse.gvfsd-fuse"];

fn of_folder(
    system: &System,
    path: &Path,
    options: &ForecastOptions,
    progress: &Progress,
) -> Observed {
    let mount = system.mount_of(path);
    let phone = Phone::of(path, mount.as_ref());
    let device = system.device_behind(path);
    let mut observed = match (&phone, elsewhere(mount.as_ref()), &device) {
        (Some(_), ..) => no_device("a phone"),
        (None, Some(kind), _) => no_device(&kind),
        (None, None, Some(device)) => of_device_behind(system, device, options, progress),
        (None, None, None) => {
            let why = "the system does not tell what it lies on".to_owned();
            Observed::new(Subject::Folder, None, Access::Denied(why))
        }
    };
    let root = mount.as_ref().map(|mount| mount.point.as_path()).filter(|root| *root != path);
    let folders: Vec<&Path> = [Some(path), root].into_iter().flatten().collect();
    observed.places = kept_places::seen(&folders);
    Observed {
        subject: Subject::Folder,
        phone,
        device: device.filter(|_| phone.is_none()),
        ..observed
    }
}

fn no_device(kind: &str) -> Observed {
    Observed::new(Subject::Folder, None, Access::NoDevice(kind.to_owned()))
}

/// The file system of a mount whose bytes no device of this machine holds, in words.
fn elsewhere(mount: Option<&Mount>) -> Option<String> {
    let kind = mount?.file_system.as_str();
    if IN_MEMORY.contains(&kind) {
        return Some(format!("{kind}, in memory"));
    }
    REMOTE.contains(&kind).then(|| format!("{kind}, over a network"))
}

fn of_device_behind(
    system: &System,
    device: &Path,
    options: &ForecastOptions,
    progress: &Progress,
) -> Observed {
    match source::open_watched(device, READ, progress.wish()) {
        Ok(source) => of_source(system, source, options, progress),
        Err(error) => {
            let why = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            let access = Access::Denied(why);
            let observed = Observed::new(Subject::Folder, Some(device.to_path_buf()), access);
            Observed { medium: Medium::of(system, device), ..observed }
        }
    }
}

fn of_source(
    system: &System,
    source: Box<dyn Source>,
    options: &ForecastOptions,
    progress: &Progress,
) -> Observed {
    let is_device = source.kind() == SourceKind::Device;
    let subject = if is_device { Subject::Device } else { Subject::Image };
    let path = source.path();
    let mut observed = Observed::new(subject, Some(path.to_path_buf()), Access::Read);
    observed.size = source.len();
    if is_device {
        observed.medium = Medium::of(system, path);
        observed.unlocked = system.unlocked_on(path);
    }
    look(source.as_ref(), options, progress, &mut observed);
    observed
}

/// Looks at the bytes.
fn look(
    source: &dyn Source,
    options: &ForecastOptions,
    progress: &Progress,
    observed: &mut Observed,
) {
    let seed = options.seed.unwrap_or_else(|| seed_of(&Identity::of(source)));
    let mut random = Random::new(seed);
    let (registry, counted) = (Registry::default(), Counted::new(source));
    let matcher = Matcher::new(&registry);
    let survey = Survey::of(&counted);
    let live = LiveMap::of(&survey);
    let carver = Carver { matcher: &matcher, registry: &registry, effort: Effort::Proof };
    let begun = Instant::now();
    let half = options.most_time / 2;
    let mut look =
        Look { bytes: &counted, carver, live: &live, survey: &survey, until: begun + half };
    let of_survey = counted.read();
    observed.listed = listed::look(&look, &mut random, progress);
    observed.written = listed::written(&look, &observed.listed);
    look.until = begun + options.most_time;
    let spans = searched(&survey, source.len());
    observed.free = sample::look(&look, &spans, &mut random, progress);
    observed.read = counted.read().saturating_sub(of_survey);
    observed.volumes = survey.volumes.iter().map(|volume| state(source, volume)).collect();
    let has_old = observed.free.as_ref().is_some_and(|free| {
        free.photos > 0
            || words::share(free.filled_anywhere, free.blocks_anywhere) >= LEAST_OLD_CONTENT
    });
    for (volume, state) in survey.volumes.iter().zip(&mut observed.volumes) {
        state.is_formatted_anew = has_old && volume.is_trusted() && is_fresh(volume, state);
    }
}

/// Whether a volume lists next to nothing, and no photo.
fn is_fresh(volume: &Volume, state: &VolumeState) -> bool {
    let mut entries = volume.contents.entries.iter();
    KEEP_RECORDS.contains(&state.kind)
        && state.deleted == 0
        && state.live <= MOST_FRESH_FILES
        && !entries.any(|entry| crate::volumes::filesystem::is_known(&entry.path))
}

/// The space that no file is known to use: what volumes call free, all of those that are not to be relied on, and
/// what lies outside of all. What is encrypted is left out.
fn searched(survey: &Survey, len: u64) -> SpanSet {
    let volumes = survey.volumes.iter().filter(|volume| !volume.lost);
    let known: SpanSet = volumes.clone().map(|volume| volume.contents.span).collect();
    let mut spans: Vec<Span> = known.gaps(Span { at: 0, len }).iter().collect();
    for volume in volumes.filter(|volume| volume.contents.encrypted.is_none()) {
        match volume.contents.free.as_ref().filter(|_| volume.is_trusted()) {
            Some(free) => spans.extend(free.iter()),
            None => spans.push(volume.contents.span),
        }
    }
    spans.into_iter().collect()
}

fn state(bytes: &dyn Source, volume: &Volume) -> VolumeState {
    let contents = &volume.contents;
    let deleted = contents.entries.iter().filter(|entry| entry.deleted).count() as u64;
    VolumeState {
        kind: contents.kind,
        at: contents.span.at,
        len: contents.span.len,
        label: contents.label.clone(),
        encrypted: contents.encrypted,
        condition: Condition::of(bytes as &dyn Bytes, contents),
        faults: contents.faults.len() as u64,
        free: contents.free.as_ref().filter(|_| volume.is_trusted()).map(SpanSet::total),
        live: contents.entries.len() as u64 - deleted,
        deleted,
        is_formatted_anew: false,
    }
}
