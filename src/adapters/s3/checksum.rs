//! What the storage says about an object's content as a whole, and whether a download agrees.

use std::fmt;
use std::io::{self, Read};

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ChecksumType, ServerSideEncryption};
use aws_smithy_checksums::ChecksumAlgorithm;
use aws_smithy_checksums::http::HttpChecksum;
use md5::{Digest, Md5};

const CHUNK: usize = 256 << 10;

/// A checksum over a whole object, as the storage keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    algorithm: Algorithm,
    /// As the storage writes it: base64, for MD5 hexadecimal.
    stored: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Sha256,
    Crc64Nvme,
    Sha1,
    Crc32c,
    Crc32,
    /// The `ETag` of an object that was uploaded in one piece.
    Md5,
}

/// What a comparison of content and checksum found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    Same,
    Differs { stored: String, found: String },
}

impl Checksum {
    /// The strongest checksum that covers the whole object; `None` where there is nothing to
    /// compare with but the length: uploads in parts may keep only checksums of their parts.
    pub(super) fn of(head: &HeadObjectOutput, etag: &str) -> Option<Self> {
        let whole = head.checksum_type() != Some(&ChecksumType::Composite);
        [
            (Algorithm::Sha256, head.checksum_sha256()),
            (Algorithm::Crc64Nvme, head.checksum_crc64_nvme()),
            (Algorithm::Sha1, head.checksum_sha1()),
            (Algorithm::Crc32c, head.checksum_crc32_c()),
            (Algorithm::Crc32, head.checksum_crc32()),
        ]
        .into_iter()
        // `value-3` is a checksum of the checksums of three parts.
        .filter_map(|(algorithm, stored)| Some((algorithm, stored.filter(|it| !it.contains('-'))?)))
        .find(|_| whole)
        .map(|(algorithm, stored)| Self { algorithm, stored: stored.to_owned() })
        .or_else(|| Self::from_etag(head, etag))
    }

    /// An `ETag` is the content's MD5 only for one upload in one piece under the storage's own keys.
    fn from_etag(head: &HeadObjectOutput, etag: &str) -> Option<Self> {
        let is_md5 = etag.len() == 32 && etag.bytes().all(|byte| byte.is_ascii_hexdigit());
        let plain =
            matches!(head.server_side_encryption(), None | Some(ServerSideEncryption::Aes256))
                && head.sse_customer_algorithm().is_none();
        (is_md5 && plain)
            .then(|| Self { algorithm: Algorithm::Md5, stored: etag.to_ascii_lowercase() })
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Reads to the end and compares. Blocking; fails only where reading does.
    pub fn compare(&self, mut content: impl Read) -> io::Result<Compared> {
        let mut hash = Hash::new(self.algorithm);
        let mut chunk = vec![0; CHUNK];
        loop {
            match content.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => hash.update(chunk.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let found = hash.finish();
        if found == self.stored {
            return Ok(Compared::Same);
        }
        Ok(Compared::Differs { stored: self.stored.clone(), found })
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Sha256 => "SHA-256",
            Self::Crc64Nvme => "CRC-64/NVME",
            Self::Sha1 => "SHA-1",
            Self::Crc32c => "CRC-32C",
            Self::Crc32 => "CRC-32",
            Self::Md5 => "MD5",
        })
    }
}

/// A checksum that is being computed.
enum Hash {
    Md5(Box<Md5>),
    Other(Box<dyn HttpChecksum>),
}

impl Hash {
    fn new(algorithm: Algorithm) -> Self {
        let algorithm = match algorithm {
            Algorithm::Md5 => return Self::Md5(Box::default()),
            Algorithm::Sha256 => ChecksumAlgorithm::Sha256,
            Algorithm::Crc64Nvme => ChecksumAlgorithm::Crc64Nvme,
            Algorithm::Sha1 => ChecksumAlgorithm::Sha1,
            Algorithm::Crc32c => ChecksumAlgorithm::Crc32c,
            Algorithm::Crc32 => ChecksumAlgorithm::Crc32,
        };
        Self::Other(algorithm.into_impl())
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(hash) => hash.update(bytes),
            Self::Other(hash) => hash.update(bytes),
        }
    }

    /// In the storage's own spelling.
    fn finish(self) -> String {
        match self {
            Self::Md5(hash) => format!("{:032x}", u128::from_be_bytes(hash.finalize().into())),
            Self::Other(hash) => hash.header_value().to_str().unwrap_or_default().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &[u8] = b"123456789";

    #[test]
    fn known_content_compares_equal_by_every_algorithm() {
        // The catalogue's check values of `123456789`.
        for (algorithm, stored) in [
            (Algorithm::Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
            (Algorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
            (Algorithm::Crc64Nvme, "rosUhgp5mIg="),
            (Algorithm::Crc32c, "4waSgw=="),
            (Algorithm::Crc32, "y/Q5Jg=="),
            (Algorithm::Md5, "25f9e794323b453885f5181f1b624d0b"),
        ] {
            let checksum = Checksum { algorithm, stored: stored.to_owned() };
            assert_eq!(checksum.compare(CHECK).unwrap(), Compared::Same, "{algorithm}");
            let Compared::Differs { found, .. } = checksum.compare(&CHECK[1..]).unwrap() else {
                panic!("{algorithm} did not notice a missing byte");
            };
            assert_eq!(found.len(), stored.len());
        }
    }

    #[test]
    fn the_strongest_checksum_of_the_whole_object_is_taken() {
        let head = HeadObjectOutput::builder().checksum_crc32("y/Q5Jg==").checksum_sha256("abc=");
        let checksum = Checksum::of(&head.build(), "x").unwrap();
        assert_eq!(checksum.algorithm(), Algorithm::Sha256);
    }

    #[test]
    fn a_checksum_of_parts_says_nothing_about_the_whole() {
        let named = HeadObjectOutput::builder()
            .checksum_sha256("abc=")
            .checksum_type(ChecksumType::Composite);
        let counted = HeadObjectOutput::builder().checksum_crc32("y/Q5Jg==-3");
        for head in [named.build(), counted.build()] {
            assert_eq!(Checksum::of(&head, "9e107d9d372bb6826bd81d3542a419d6-3"), None);
        }
    }

    #[test]
    fn an_etag_is_an_md5_only_without_parts_and_without_foreign_keys() {
        const MD5: &str = "9e107d9d372bb6826bd81d3542a419d6";
        let plain = HeadObjectOutput::builder;
        let own = plain().server_side_encryption(ServerSideEncryption::Aes256);
        for head in [plain(), own] {
            assert_eq!(Checksum::of(&head.build(), MD5).unwrap().algorithm(), Algorithm::Md5);
        }
        let kms = plain().server_side_encryption(ServerSideEncryption::AwsKms);
        let customer = plain().sse_customer_algorithm("AES256");
        for head in [kms, customer] {
            assert_eq!(Checksum::of(&head.build(), MD5), None);
        }
        assert_eq!(Checksum::of(&plain().build(), "abc-1"), None);
    }
}
