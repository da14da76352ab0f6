//! `afterimage manual`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Command;
use clap_mangen::Man;

use crate::failure;
use crate::status::Status;

/// Print the manual page, or write those of all commands to a folder
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Manual {
    /// The command whose page is printed, such as scan; without it, the page of the program.
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    command: Option<String>,

    /// Write the pages of the program and of all its commands to this folder, such as afterimage-scan.1. Those that
    /// are there already are replaced.
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  afterimage manual scan | man -l -
      Read the page of `afterimage scan`.
  afterimage manual --output ~/.local/share/man/man1
      Let `man afterimage` and `man afterimage-scan` find them.";

impl Manual {
    /// Prints or writes the pages of `program`.
    pub fn run(self, out: &mut dyn Write, program: Command) -> anyhow::Result<Status> {
        let pages = pages(program);
        if let Some(folder) = &self.output {
            write(folder, &pages)?;
            return Ok(Status::Found);
        }
        let wanted = self.command.map(|command| format!("afterimage-{command}"));
        let wanted = wanted.as_deref().unwrap_or("afterimage");
        let Some((_, page)) = pages.iter().find(|(name, _)| name == wanted) else {
            anyhow::bail!(
                "there is no manual page {wanted}; `afterimage --help` lists the commands"
            );
        };
        let mut text = Vec::new();
        page.render(&mut text)?;
        failure::unless_closed(out.write_all(&text).and_then(|()| out.flush()))?;
        Ok(Status::Found)
    }
}

/// The pages of the program and of all its commands, by name.
fn pages(program: Command) -> Vec<(String, Man)> {
    let mut program = program.disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    let mut open = vec![("afterimage".to_owned(), program)];
    while let Some((name, command)) = open.pop() {
        for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
            open.push((format!("{name}-{}", below.get_name()), below.clone()));
        }
        let page = Man::new(command).title(name.clone());
        pages.push((name, page));
    }
    pages.sort_by(|one, other| one.0.cmp(&other.0));
    pages
}

fn write(folder: &Path, pages: &[(String, Man)]) -> anyhow::Result<()> {
    let cannot =
        || format!("cannot write to {}; name another folder with --output", folder.display());
    fs::create_dir_all(folder).with_context(cannot)?;
    for (name, page) in pages {
        let mut text = Vec::new();
        page.render(&mut text)?;
        let file = File::create(folder.join(format!("{name}.1")));
        file.and_then(|mut file| file.write_all(&text)).with_context(cannot)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::Program;
    use clap::CommandFactory;

    #[test]
    fn every_command_has_a_page() {
        let pages = pages(Program::command());
        for name in ["afterimage", "afterimage-scan", "afterimage-backup-list"] {
            let (_, page) = pages.iter().find(|(known, _)| known == name).unwrap();
            let mut text = Vec::new();
            page.render(&mut text).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains(".TH") && text.contains(".SH OPTIONS"), "{name}: {text}");
        }
    }
}
