//! `peers`: runs afterimage and other tools over the same images, side by side.

mod recall;
mod time;

use std::io;
use std::process::ExitCode;

use afterimage_benches::ending;
use clap::{Parser, Subcommand};

/// Runs afterimage and other carvers over the same images, and says what each found and took.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Peers {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Time(time::Time),
    Recall(recall::Recall),
}

fn main() -> ExitCode {
    let peers = Peers::parse();
    let mut out = io::stdout().lock();
    let done = match peers.what {
        What::Time(time) => time.run(&mut out),
        What::Recall(recall) => recall.run(&mut out),
    };
    ending::status("peers", done)
}
