//! The files that the demo user has: a manifest and the media beside it.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};

use downscope_backend::core::Fingerprint;

/// What the page may know of a file before it has a token for it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FileInfo {
    /// Its id at Box.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
}

impl FileInfo {
    /// Reads `id=name,id=name`; the type follows from the name. What is no such pair is left out.
    pub fn parse_list(text: &str) -> Vec<Self> {
        let pairs = text
            .split(',')
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .map(|(id, name)| Self {
                id: id.to_owned(),
                name: name.to_owned(),
                media_type: mime_guess::from_path(name)
                    .first_or_octet_stream()
                    .to_string(),
            })
            .collect()
    }
}

/// The demo user's files, by id, with their content.
#[derive(Clone, Debug, Default)]
pub struct Media {
    files: BTreeMap<String, File>,
}

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) info: FileInfo,
    pub(crate) content: Bytes,
    /// A strong validator (RFC 9110 section 8.8.3), quotes included.
    pub(crate) etag: String,
}

#[derive(Deserialize)]
struct ManifestEntry {
    #[serde(flatten)]
    info: FileInfo,
    file: String,
}

impl Media {
    /// Reads `files.json` in `directory` and the files that it names. No manifest
    /// means no files; anything else that is missing or malformed is an error.
    pub fn load(directory: &Path) -> Result<Self, MediaError> {
        let manifest = directory.join("files.json");
        let text = match fs::read(&manifest) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(MediaError::new(manifest, error)),
        };
        let entries: Vec<ManifestEntry> = serde_json::from_slice(&text)
            .map_err(|error| MediaError::new(manifest, error.into()))?;
        let mut files = BTreeMap::new();
        for ManifestEntry { info, file } in entries {
            let path = directory.join(file);
            let content = fs::read(&path).map_err(|error| MediaError::new(path, error))?;
            files.insert(info.id.clone(), File::new(info, content));
        }
        Ok(Self { files })
    }

    /// What there is, by id.
    pub fn infos(&self) -> impl Iterator<Item = &FileInfo> {
        self.files.values().map(|file| &file.info)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&File> {
        self.files.get(id)
    }
}

impl File {
    fn new(info: FileInfo, content: Vec<u8>) -> Self {
        let etag = format!("\"{}\"", Fingerprint::of(&content));
        Self {
            info,
            content: content.into(),
            etag,
        }
    }
}

/// A file of the demo could not be read.
#[derive(Debug)]
pub struct MediaError {
    path: PathBuf,
    source: io::Error,
}

impl MediaError {
    const fn new(path: PathBuf, source: io::Error) -> Self {
        Self { path, source }
    }
}

impl fmt::Display for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.source)
    }
}

impl std::error::Error for MediaError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
