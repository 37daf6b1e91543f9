//! The documents that one collection holds at one moment, by position.

use bson::oid::ObjectId;
use bson::{Bson, RawDocumentBuf};

use crate::demo::mongo::Documents;
use crate::demo::population::blueprint::Blueprint;
use crate::demo::population::entity::Entity;
use crate::demo::population::growth::Growth;
use crate::demo::population::mix::mix;

/// A collection as it stands at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Stock {
    pub(super) blueprint: &'static Blueprint,
    pub(super) growth: Growth,
    /// Unix seconds.
    pub(super) at: u64,
    pub(super) len: u64,
}

impl Stock {
    pub(super) fn new(blueprint: &'static Blueprint, growth: Growth, at: u64) -> Self {
        Self { blueprint, growth, at, len: growth.alive(at) }
    }

    /// The same documents without the youngest.
    pub(super) fn oldest(self, len: u64) -> Self {
        Self { len: self.len.min(len), ..self }
    }

    pub(super) fn document_bytes(&self) -> u64 {
        self.blueprint.document_bytes as u64
    }

    /// The length of all documents in a row.
    pub(super) fn bytes(&self) -> u64 {
        self.len * self.document_bytes()
    }

    /// The second of birth, the collection's five bytes, the number in three: ascending, and like
    /// what a driver makes.
    fn object_id(&self, number: u64) -> ObjectId {
        let birth = u128::from(self.growth.birth(number) & 0xffff_ffff);
        let own = u128::from(self.growth.key >> 24);
        let id = birth << 64 | own << 24 | u128::from(number & 0x00ff_ffff);
        let [_, _, _, _, bytes @ ..] = id.to_be_bytes();
        ObjectId::from_bytes(bytes)
    }
}

impl Documents for Stock {
    fn len(&self) -> u64 {
        self.len
    }

    fn document(&self, position: u64) -> RawDocumentBuf {
        let number = self.growth.number(position, self.at);
        let entity = Entity {
            subject: self.blueprint.subject,
            id: self.object_id(number),
            key: mix(self.growth.key ^ number),
            born: self.growth.birth(number),
            changed: self.growth.change(number).filter(|changed| *changed < self.at),
        };
        entity.document(self.blueprint.document_bytes)
    }

    fn id(&self, position: u64) -> Bson {
        Bson::ObjectId(self.object_id(self.growth.number(position, self.at)))
    }
}
