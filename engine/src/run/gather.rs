//! [`Opened`] to [`Scanned`] for trees: each file is identified by its content, wherever it lies.

use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;

use afterimage_signatures::verdict::{Issue, MOST_ISSUES, Role, Span, Unchecked};
use afterimage_signatures::{Buffer, Bytes, Runs};
use rayon::prelude::*;

use super::environment::Environment;
use super::find::Choice;
use super::job::{Job, Opened, Scanned};
use crate::carve::Found;
use crate::control::error::Error;
use crate::ledger::{Batch, ChunkLine, EndLine, Ledger};
use crate::model::{End, Fidelity, Grade, Origin, PlaceFacts, Record, Status};
use crate::places::{Forest, Label, Node, OpenFile, Surveyed, TreeSource};
use crate::source::Source;

/// Files that workers take at once, before what they found is put on record.
const BATCH: usize = 256;

/// So many files are named that could not be read.
const MOST_NAMED: usize = 3;

impl<'o> Job<'o, Opened> {
    /// Looks at the files of all trees, which are the sources of the job in the same order. Gives what is to be
    /// said of files that could not be read.
    pub(super) fn gather(
        mut self,
        forest: &Forest,
        sources: &[TreeSource],
        choice: Option<Choice<'_>>,
    ) -> (Job<'o, Scanned>, Option<String>) {
        let Job { environment, ledger, .. } = &mut self;
        let files = forest.trees.iter().flat_map(|one| one.files().map(|at| node(one, at).len));
        let total = files.fold(0u64, u64::saturating_add);
        environment.progress.total.store(total, Relaxed);
        let mut gathering =
            Gathering { environment, ledger, choice, better: HashSet::new(), unread: Vec::new() };
        for (index, (surveyed, source)) in (0..).zip(forest.trees.iter().zip(sources)) {
            let gathered = gathering.tree(index, surveyed, source);
            if let Err(error) = gathered {
                gathering.environment.failure.get_or_insert(error);
                break;
            }
        }
        let unread = unread(&gathering.unread);
        let progress = environment.progress;
        environment.stats.scanned = progress.scanned.load(Relaxed);
        environment.stats.scanning = environment.clock.elapsed();
        (self.at(Scanned), unread)
    }
}

/// What is said of files that could not be read.
fn unread(files: &[(String, String)]) -> Option<String> {
    let (_, why) = files.first()?;
    let named: Vec<&str> = files.iter().take(MOST_NAMED).map(|(path, _)| path.as_str()).collect();
    let more = files.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more files") } else { String::new() };
    Some(format!("{}{more} could not be read ({why})", named.join(", ")))
}

fn node(surveyed: &Surveyed, at: usize) -> &Node {
    &surveyed.tree.nodes()[at]
}

/// What gathering works with.
struct Gathering<'g, 'o> {
    environment: &'g mut Environment<'o>,
    ledger: &'g mut Ledger,
    choice: Option<Choice<'g>>,
    /// Photos of which an original was found whole, or a copy that is nearer than a preview: paths in a tree by
    /// its number, and paths of this machine.
    better: HashSet<(Option<u32>, String)>,
    /// Files that could not be read, and why.
    unread: Vec<(String, String)>,
}

/// What came of one file.
enum Looked {
    /// A photo, and the pictures inside it.
    Photo(Vec<Found>),
    /// No photo.
    Other,
    /// It could not be read, for that reason.
    Unread(String),
}

impl Gathering<'_, '_> {
    /// All files of one tree, the nearest to the originals first: what is known of them decides whether a preview
    /// is of any use.
    fn tree(&mut self, index: u32, surveyed: &Surveyed, source: &TreeSource) -> Result<(), Error> {
        let mut files: Vec<usize> = surveyed.files().collect();
        let fidelity = |at: &usize| surveyed.labels.get(at).map(|label| label.fidelity);
        files.sort_by_key(|at| std::cmp::Reverse(fidelity(at).unwrap_or(Fidelity::Original)));
        for files in files.chunks(BATCH) {
            if self.environment.progress.stopped() {
                break;
            }
            let looked = self.look(index, surveyed, source, files)?;
            self.add(index, surveyed, files, looked)?;
        }
        let complete = !self.environment.progress.stopped();
        let (span, unreadable) = ((0, source.len()), source.unreadable());
        if complete {
            let mut batch = Batch::default();
            let unreadable = unreadable.clone();
            batch.close(ChunkLine { source: index, span, unreadable, ..ChunkLine::default() });
            self.ledger.commit(batch)?;
        }
        self.ledger.end(EndLine { source: index, complete, unreadable, ..EndLine::default() })
    }

    /// Identifies files, and stores what is to be recovered of them.
    fn look(
        &self,
        index: u32,
        surveyed: &Surveyed,
        source: &TreeSource,
        files: &[usize],
    ) -> Result<Vec<Looked>, Error> {
        let environment = &*self.environment;
        let one = |at: &usize| {
            let label = surveyed.labels.get(at);
            let asked = One { environment, choice: self.choice, index, label };
            let looked = asked.look(source, *at, node(surveyed, *at));
            environment.progress.scanned.fetch_add(node(surveyed, *at).len, Relaxed);
            looked
        };
        environment.pool.install(|| files.par_iter().map(one).collect())
    }

    /// Puts what was found on record.
    fn add(
        &mut self,
        index: u32,
        surveyed: &Surveyed,
        files: &[usize],
        looked: Vec<Looked>,
    ) -> Result<(), Error> {
        let (mut batch, title) = (Batch::default(), surveyed.tree.title());
        for (at, looked) in files.iter().zip(looked) {
            let path = format!("{title}/{}", node(surveyed, *at).path);
            match looked {
                Looked::Other => {}
                Looked::Unread(why) => self.unread.push((path, why)),
                Looked::Photo(mut found) => {
                    let record = &mut found[0].record;
                    self.compare(record, (index, surveyed.parent), path);
                    let format = self.environment.options.registry.name(record.format.into());
                    self.environment.progress.count(format);
                    batch.add(&found);
                }
            }
        }
        batch.close(ChunkLine { source: index, ..ChunkLine::default() });
        self.ledger.commit(batch)
    }

    /// Notes whether something better than a preview was found, or takes note of what is better than one.
    fn compare(&mut self, record: &mut Record, (tree, parent): (u32, Option<u32>), path: String) {
        let original = record.facts.path.clone();
        let is_whole = record.grade >= Grade::Structural;
        let Some(place) = &mut record.place else { return };
        match place.fidelity {
            Fidelity::Thumbnail | Fidelity::Preview => {
                let Some(shown) = &place.shows else { return };
                // The same path means the same photo in one tree, or in the one around a cache; a path of this
                // machine means it everywhere.
                let trees = [Some(Some(tree)), parent.map(Some), Some(None)];
                let mut trees = trees.into_iter().flatten();
                place.is_surpassed = trees.any(|tree| self.better.contains(&(tree, shown.clone())));
            }
            _ if !is_whole => {}
            Fidelity::Reencoded | Fidelity::Edited | Fidelity::Original => {
                self.better.insert((None, path));
                self.better.insert((Some(tree), place.from.clone()));
                self.better.extend(original.map(|original| (Some(tree), original)));
            }
        }
    }
}

/// One file that is looked at.
struct One<'l> {
    environment: &'l Environment<'l>,
    choice: Option<Choice<'l>>,
    index: u32,
    label: Option<&'l Label>,
}

impl One<'_> {
    fn look(&self, source: &TreeSource, at: usize, node: &Node) -> Result<Looked, Error> {
        if self.environment.progress.stopped() {
            return Ok(Looked::Other);
        }
        let file = match source.open(at) {
            Ok(file) => file,
            Err(why) => return Ok(Looked::Unread(why.to_string())),
        };
        let (span, mut buffer) = (source.span(at), Buffer::default());
        let runs = Runs::whole(span.at, span.len);
        let Environment { options, wanted, .. } = self.environment;
        let carver = self.environment.carver();
        let mut found = carver.carve_runs(self.index, &file, &runs, &mut buffer);
        let Some(Found { record, .. }) = found.first_mut() else { return Ok(Looked::Other) };
        whole(record, runs);
        describe(record, node, self.label);
        note_unreadable(record, source, &file, span);
        let is_wanted = wanted.get(usize::from(record.format)).is_none_or(|wanted| *wanted);
        if !is_wanted || self.choice.is_some_and(|choice| !choice(self.label, record)) {
            return Ok(Looked::Other);
        }
        if !options.embedded {
            found.truncate(1);
        }
        self.keep(&file, &mut found)?;
        Ok(Looked::Photo(found))
    }

    /// The digests of what was found; what is to be recovered is stored in the same reading.
    fn keep(&self, file: &OpenFile<'_>, found: &mut [Found]) -> Result<(), Error> {
        let keeper = self.environment.keeper();
        let Some((first, inside)) = found.split_first_mut() else { return Ok(()) };
        let record = &mut first.record;
        let is_left = record.status == Status::Live && !record.is_in_place();
        if is_left && !self.environment.options.all {
            keeper.digest(file, record);
        } else {
            keeper.keep(file, record)?;
        }
        inside.iter_mut().for_each(|one| keeper.digest(file, &mut one.record));
        Ok(())
    }
}

/// A file of a tree is as long as the tree says: what follows the end that its format knows is its own.
fn whole(record: &mut Record, runs: Runs) {
    let (known, len) = (record.source_len(), runs.len());
    record.fill.clear();
    record.runs = runs;
    if known >= len {
        return;
    }
    if record.grade >= Grade::Structural {
        let span = Span::between(known, len);
        record.unchecked.push(Unchecked { span, role: Role::Trailer });
        record.end = End::Exact;
    } else if record.issues.len() < MOST_ISSUES {
        record.issues.push(Issue::new(known, "what follows cannot be decoded"));
    }
    if record.kept.is_some() {
        record.kept = Some(len);
    }
}

/// What the tree and the place say of a file.
fn describe(record: &mut Record, node: &Node, label: Option<&Label>) {
    let none = Label::new(0, Origin::Undeleted, "");
    let said = label.unwrap_or(&none);
    record.origin = said.origin;
    record.status = said.status;
    record.facts.path = said.original_path.clone().or_else(|| Some(node.path.clone()));
    record.facts.modified = said.modified.or(node.modified);
    record.facts.deleted_at = said.deleted_at;
    record.place = Some(Box::new(PlaceFacts {
        from: node.path.clone(),
        place: label.map(|label| label.place.to_owned()),
        fidelity: said.fidelity,
        taken: said.taken,
        expires_at: said.expires_at,
        albums: said.albums.clone(),
        marks: said.marks.iter().map(|mark| (*mark).to_owned()).collect(),
        shows: said.shows.clone(),
        is_surpassed: false,
    }));
}

/// Lists what could not be read of a file.
fn note_unreadable(record: &mut Record, source: &TreeSource, file: &OpenFile<'_>, span: Span) {
    source.note_unreadable(file);
    if file.unreadable_in(span).is_some() {
        record.grade = record.grade.min(Grade::Damaged);
    }
}
