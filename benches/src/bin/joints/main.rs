//! `joints`: how often a deleted file that was put together from pieces is said to be verified and is not what
//! was written.
//!
//! Small FAT volumes are filled with JPEGs that share their Huffman tables, the hardest neighbours there are:
//! crops of real photos of a folder, or landscapes. Some are deleted, others are written into the holes and
//! deleted too, so that nothing but their first clusters is recorded.

mod siblings;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use afterimage_benches::ending;
use afterimage_benches::table::Table;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Grade, Report, Status};
use afterimage_engine::run;
use afterimage_testdata::fragmented::FragmentedCard;
use afterimage_testdata::random::Random;
use anyhow::Context;
use clap::Parser;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Scans small volumes of fragmented siblings, and counts what is wrongly verified.
#[derive(Debug, Parser)]
#[command(version)]
struct Joints {
    /// Photos whose crops are laid; without it, landscapes are drawn.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Lengths of clusters, in bytes.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_values_t = [4096, 8192, 16384, 32768])]
    clusters: Vec<usize>,
    /// Volumes of each length of cluster.
    #[arg(long, value_name = "N", default_value_t = 10)]
    volumes: u64,
    /// The first volume of each.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Keep the images of volumes in which something is wrong in this folder.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// What was recovered in several pieces, of one length of cluster.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// Files that were deleted in several pieces.
    deleted: usize,
    verified: usize,
    wrongly_verified: usize,
    structural: usize,
    wrongly_structural: usize,
}

fn main() -> ExitCode {
    ending::status("joints", Joints::parse().run(&mut io::stdout().lock()))
}

impl Joints {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let siblings = siblings::all(self.photos.as_deref())?;
        writeln!(out, "{} siblings", siblings.len())?;
        let head = ["cluster", "deleted", "verified", "wrong", "structural", "wrong, too"];
        let mut table = Table::new(head);
        for &cluster in &self.clusters {
            let mut counts = Counts::default();
            for seed in self.seed..self.seed + self.volumes {
                let mut random = Random::new(seed.wrapping_mul(1_000_003) + cluster as u64);
                self.scan(
                    &FragmentedCard::new(cluster, &siblings, &mut random),
                    seed,
                    &mut counts,
                )?;
            }
            let Counts { deleted, verified, wrongly_verified, structural, wrongly_structural } =
                counts;
            let numbers =
                [cluster, deleted, verified, wrongly_verified, structural, wrongly_structural];
            table.row(numbers.map(|number| number.to_string()));
            writeln!(out, "{counts:?}")?;
        }
        write!(out, "{}", table.markdown())?;
        Ok(())
    }

    fn scan(&self, card: &FragmentedCard, seed: u64, counts: &mut Counts) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let image = folder.path().join("card.img");
        fs::write(&image, &card.image).context("image of a volume")?;
        let options = Options { output: Some(folder.path().join("out")), ..Options::default() };
        let outcome = run::scan(&[image], &options, &Progress::default())?;
        let report = outcome.report.context("no report")?;
        let report: Report = serde_json::from_slice(&fs::read(report)?)?;
        counts.deleted += card.fragmented;
        let digest = |bytes: &Vec<u8>| HEXLOWER.encode(&Sha256::digest(bytes));
        let written: BTreeSet<String> = card.written.iter().map(digest).collect();
        let mut is_wrong = false;
        for file in report.files.iter().filter(|file| file.parent.is_none()) {
            // The runs of what is still there are recorded.
            if file.status != Status::Deleted
                || file.runs.iter().filter(|run| run.offset.is_some()).count() < 2
            {
                continue;
            }
            let digest = file.sha256.as_deref().context("no digest")?;
            let wrong = usize::from(!written.contains(digest));
            match file.grade {
                Grade::Verified => {
                    counts.verified += 1;
                    counts.wrongly_verified += wrong;
                    is_wrong |= wrong > 0;
                }
                Grade::Structural => {
                    counts.structural += 1;
                    counts.wrongly_structural += wrong;
                }
                _ => {}
            }
        }
        if let Some(keep) = self.keep.as_ref().filter(|_| is_wrong) {
            fs::write(keep.join(format!("{seed}-{}.img", card.cluster)), &card.image)?;
        }
        Ok(())
    }
}
