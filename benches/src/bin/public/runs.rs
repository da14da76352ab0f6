//! The layouts, and all tools over each.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use afterimage_benches::calibration::Calibration;
use afterimage_benches::evaluate::{self, Evaluate};
use afterimage_benches::judge::{Judge, Kind, Tally};
use afterimage_benches::layouts::published::Challenge;
use afterimage_benches::layouts::rebuild::rebuild;
use afterimage_benches::layouts::stand_in::Photos;
use afterimage_benches::photos;
use afterimage_benches::process::Span;
use afterimage_benches::session::{Image, Session, say};
use afterimage_benches::tools::{RESULTS, SECTOR, Tool};
use afterimage_benches::truth::{Lost, Original, Truth};
use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::Public;
use crate::figures::Layout;

/// The kind under which further layouts are counted.
const OTHERS: &str = "other layouts";

/// One image, as it is given to the tools.
struct Made<'a> {
    /// The layout and the seed.
    name: String,
    /// Under what its grades are counted.
    kind: &'static str,
    image: Image<'a>,
    truth: &'a Truth,
    originals: &'a [Original],
    /// Whether only afterimage runs over it.
    alone: bool,
}

/// Makes every image, runs the tools over it, and deletes it. After each layout `done` gets what came
/// of it, and what came of the grades of all until then.
pub fn all(
    public: &Public,
    session: &Session,
    done: &mut dyn FnMut(Layout, &Calibration) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    fs::create_dir_all(&public.work)?;
    let work = TempDir::with_prefix_in("afterimage-public-", &public.work)?;
    let work = work.path().canonicalize()?;
    let mut calibration = Calibration::default();
    let photos = match &public.photos {
        Some(folder) => {
            let files = photos::below(folder)
                .with_context(|| format!("cannot read {}", folder.display()))?;
            Photos::given(files)
        }
        None => Photos::Made,
    };
    for challenge in Challenge::ALL {
        let mut layout = Layout::new(challenge.name(), true, session.tools.len());
        let path = work.join("challenge.img");
        for seed in 1..=public.seeds + public.more_seeds {
            let rebuilt = rebuild(challenge, &photos, seed, &path)?;
            ensure!(!rebuilt.truth.files.is_empty(), "there are no JPEG files in --photos");
            let made = Made {
                name: format!("{}, seed {seed}", challenge.name()),
                kind: challenge.name(),
                image: Image { path: &path, block: SECTOR },
                truth: &rebuilt.truth,
                originals: &rebuilt.originals,
                alone: seed > public.seeds,
            };
            if let Some(folder) = &public.keep {
                kept(&made, folder, seed)?;
            }
            measured(session, &made, &mut layout, &mut calibration)?;
        }
        fs::remove_file(&path)?;
        done(layout, &calibration)?;
    }
    if !public.evaluate.join("make.py").is_file() {
        say(&format!("{}: no make.py, its layouts are left out", public.evaluate.display()));
        return Ok(());
    }
    let given = given(public, &work)?;
    let evaluate =
        Evaluate { folder: public.evaluate.clone(), photos: given.clone(), budget: public.budget };
    for name in &public.layout {
        match other(public, session, &evaluate, name, &work, &mut calibration) {
            Ok(layout) => done(layout, &calibration)?,
            Err(error) => say(&format!("{name}: left out: {error:#}")),
        }
    }
    Ok(())
}

/// Keeps an image, and its truth beside it.
fn kept(made: &Made<'_>, folder: &Path, seed: u64) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let name = format!("{}-{seed}", made.kind);
    let truth = Truth { image: format!("{name}.img"), ..made.truth.clone() };
    fs::copy(made.image.path, folder.join(&truth.image))?;
    fs::write(folder.join(format!("{name}.truth.json")), serde_json::to_vec_pretty(&truth)?)?;
    Ok(())
}

/// The folder of photos that other programs can read: where none is given, made ones are written.
fn given(public: &Public, work: &Path) -> anyhow::Result<std::path::PathBuf> {
    if let Some(folder) = &public.photos {
        return Ok(folder.clone());
    }
    let folder = work.join("photos");
    for (number, bytes) in photos::made(photos::Made::Mixed).iter().enumerate() {
        let format = if bytes.starts_with(b"\x89PNG") { "png" } else { "jpeg" };
        fs::create_dir_all(folder.join(format))?;
        fs::write(folder.join(format).join(format!("{number:02}.{format}")), bytes)?;
    }
    Ok(folder)
}

/// One layout of `make.py`, over all seeds.
fn other(
    public: &Public,
    session: &Session,
    evaluate: &Evaluate,
    name: &str,
    work: &Path,
    calibration: &mut Calibration,
) -> anyhow::Result<Layout> {
    let mut layout = Layout::new(name, false, session.tools.len());
    for seed in 1..=public.seeds + public.more_seeds {
        let path = evaluate.make(name, seed, work)?;
        let truth = Truth::read(&path)?;
        let originals = truth.originals(&evaluate.photos)?;
        let image = work.join(&truth.image);
        // Under a name that says nothing, with no truth beside it.
        let bare = work.join("other.img");
        fs::rename(&image, &bare)?;
        fs::remove_file(&path)?;
        let made = Made {
            name: format!("{name}, seed {seed}"),
            kind: OTHERS,
            image: Image { path: &bare, block: evaluate::block(name) },
            truth: &truth,
            originals: &originals,
            alone: seed > public.seeds,
        };
        measured(session, &made, &mut layout, calibration)?;
        fs::remove_file(&bare)?;
    }
    Ok(layout)
}

/// Runs the tools over one image, and counts what came of it.
fn measured(
    session: &Session,
    made: &Made<'_>,
    layout: &mut Layout,
    calibration: &mut Calibration,
) -> anyhow::Result<()> {
    let judge = Judge::new(made.originals);
    let lost = distinct(&made.truth.files);
    if !made.alone {
        layout.lose(&lost, fs::metadata(made.image.path)?.len());
    }
    for (index, tool) in session.tools.iter().enumerate() {
        if made.alone && tool.tool != Tool::Afterimage {
            continue;
        }
        let (run, tally) = judged(session, tool.tool, made, &judge, calibration)
            .with_context(|| format!("{}: {}", made.name, tool.name))?;
        told(made, tool.name, &lost, &run, &tally);
        if !made.alone {
            layout.add(index, &lost, &run, &tally);
        }
    }
    Ok(())
}

/// One run of one tool; where it is afterimage, its grades are held against the truth as well.
fn judged(
    session: &Session,
    tool: Tool,
    made: &Made<'_>,
    judge: &Judge<'_>,
    calibration: &mut Calibration,
) -> anyhow::Result<(Span, Tally)> {
    session.run(tool, made.image, |out, files| {
        if tool == Tool::Afterimage {
            calibration.add(judge, &out.join(RESULTS), made.kind, &made.name)?;
        }
        judge.tally(out, files)
    })
}

/// Says what came of a run.
fn told(made: &Made<'_>, tool: &str, lost: &[&Lost], run: &Span, tally: &Tally) {
    let whole = lost.iter().filter(|lost| lost.is_whole());
    let (of, exact) = whole.fold((0, 0), |(of, exact), lost| {
        (of + 1, exact + usize::from(tally.is_exact(&lost.sha256)))
    });
    let late = if run.late { ", ended there" } else { "" };
    let wrong = tally.of(Kind::False);
    say(&format!(
        "{}: {tool}: {exact}/{of} exact, {wrong} false, {:.1} s{late}",
        made.name, run.wall
    ));
}

/// Each lost file once, however many copies of it lie in the image; none of which nothing is left.
fn distinct(files: &[Lost]) -> Vec<&Lost> {
    let mut seen = HashSet::new();
    let there =
        files.iter().filter(|lost| lost.is_whole() || lost.kept.is_some_and(|kept| kept > 0));
    there.filter(|lost| seen.insert((&lost.sha256, &lost.state))).collect()
}
