//! Which photos of a backup are asked for.

use afterimage_engine::places::backup::{Choice, Kind};
use anyhow::bail;
use clap::ValueEnum;
use jiff::civil::Date;

/// The options that choose; all of them must hold.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// Only photos in the album of this name; may be given several times. Upper and lower case are the same.
    #[arg(long, value_name = "NAME")]
    album: Vec<String>,

    /// Only photos taken on this day or later, such as 2024-05-31.
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<Date>,

    /// Only photos taken on this day or earlier.
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Option<Date>,

    /// Only these kinds, separated by commas. What is more than photo or video the phone's own database tells.
    #[arg(long = "type", value_name = "LIST", value_delimiter = ',')]
    kinds: Vec<Type>,

    /// Only what was deleted on the phone and is still in Recently Deleted.
    #[arg(long)]
    deleted: bool,

    /// Only favourites.
    #[arg(long)]
    favourites: bool,
}

/// Kinds of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Type {
    /// Pictures that stand still.
    Photo,
    /// Films.
    Video,
    /// Live Photos, both parts.
    Live,
    /// Pictures of the screen.
    Screenshot,
    /// Films of the screen.
    ScreenRecording,
    /// Films in slow motion.
    SlowMotion,
    /// Films in time lapse.
    TimeLapse,
    /// Pictures of a burst.
    Burst,
    /// Hidden pictures.
    Hidden,
}

impl Type {
    fn kind(self) -> Kind {
        match self {
            Type::Photo => Kind::Photo,
            Type::Video => Kind::Video,
            Type::Live => Kind::Live,
            Type::Screenshot => Kind::Marked("screenshot"),
            Type::ScreenRecording => Kind::Marked("screen-recording"),
            Type::SlowMotion => Kind::Marked("slow-motion"),
            Type::TimeLapse => Kind::Marked("time-lapse"),
            Type::Burst => Kind::Marked("burst"),
            Type::Hidden => Kind::Marked("hidden"),
        }
    }
}

impl Which {
    /// The choice that they make.
    pub fn choice(&self) -> anyhow::Result<Choice> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            bail!(
                "cannot choose by date: --from {from} is after --to {to}; give the earlier one to --from"
            );
        }
        Ok(Choice {
            albums: self.album.clone(),
            from: self.from,
            to: self.to,
            kinds: self.kinds.iter().map(|kind| kind.kind()).collect(),
            deleted: self.deleted,
            favourites: self.favourites,
        })
    }
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "not a day such as 2024-05-31".to_owned())
}
