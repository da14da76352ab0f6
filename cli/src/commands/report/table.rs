//! The table in Parquet.

use std::io::Write;
use std::path::PathBuf;

use crate::status::Status;

/// Says that this build makes none.
#[cfg(not(feature = "parquet"))]
pub(super) fn run(
    folder: PathBuf,
    file: PathBuf,
    _command: Vec<String>,
    _is_json: bool,
    _out: &mut dyn Write,
) -> anyhow::Result<Status> {
    anyhow::bail!(
        "cannot write {}: this build writes no Parquet; build it with the feature `parquet`, or take the table \
         that `afterimage report {} --format csv` makes",
        file.display(),
        folder.display()
    )
}

/// Makes the table `file` of the report in `folder`; what was made goes to `out`.
#[cfg(feature = "parquet")]
pub(super) fn run(
    folder: PathBuf,
    file: PathBuf,
    command: Vec<String>,
    is_json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<Status> {
    use std::sync::Arc;

    use afterimage_engine::progress::Progress;
    use afterimage_engine::run::{TableOf, table};
    use anyhow::Context;

    use crate::failure;
    use crate::interrupt::stop_on_ctrl_c;

    let progress = Arc::new(Progress::default());
    stop_on_ctrl_c(Arc::clone(&progress), "; no table was written")?;
    let made = table(&TableOf { folder, file, command }, &progress)?;
    failure::unless_closed(tell(out, &made, is_json))
        .context("cannot print what was made; it is there")?;
    Ok(if made.interrupted { Status::Interrupted } else { Status::Found })
}

#[cfg(feature = "parquet")]
fn tell(
    out: &mut dyn Write,
    made: &afterimage_engine::run::Tabled,
    is_json: bool,
) -> std::io::Result<()> {
    use crate::text::{self, count, paragraph, plain};

    if is_json {
        let said = serde_json::json!({
            "parquet": made.file.to_string_lossy(),
            "rows": made.rows,
            "notes": made.notes,
            "interrupted": made.interrupted,
        });
        text::json(out, &said)?;
        return out.flush();
    }
    let said = if made.interrupted {
        "It was stopped, and no table was written.".to_owned()
    } else {
        format!("{} was made, of {}.", made.file.display(), count(made.rows, "file", "files"))
    };
    paragraph(out, "", &plain(&said))?;
    made.notes.iter().try_for_each(|note| paragraph(out, "", &plain(note)))?;
    out.flush()
}
