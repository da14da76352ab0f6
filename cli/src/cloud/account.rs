//! How the account is reached: options of every verb.

use std::path::PathBuf;

/// The user's own registration with the vendor, and where its tokens are kept.
#[derive(Debug, clap::Args)]
pub struct Account {
    /// Your own client id (Dropbox: app key) [default: that of the tokens, of AFTERIMAGE_DRIVE_CLIENT_ID or
    /// AFTERIMAGE_DROPBOX_CLIENT_ID, or of drive-client.json or dropbox-client.json in the folder of the tokens]
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,

    /// File with the client's secret, which Google wants also from programs that cannot keep one: the JSON that
    /// its console offers for download, or the bare secret. Dropbox needs none.
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,

    /// Where the tokens of this account are kept [default: afterimage/VENDOR-tokens.json in the user's folder of
    /// settings]
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,

    /// Open the address for the consent in the browser, instead of only printing it.
    #[arg(long)]
    pub open: bool,

    /// Port on 127.0.0.1 that the browser comes back to [default: any free one; for Dropbox 53170, since it must
    /// be registered]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,

    /// Wait so long for the consent, in seconds.
    #[arg(long, value_name = "N", default_value_t = 300,
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub wait: u64,
}
