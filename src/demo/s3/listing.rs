//! Listings by page: prefix, delimiter, where to go on, and how many at most.

use crate::demo::population::StoredObject;

/// Something that lies under a key.
pub(super) trait Keyed {
    fn key(&self) -> &str;
}

impl Keyed for StoredObject {
    fn key(&self) -> &str {
        &self.key
    }
}

/// What a request asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Query<'a> {
    pub(super) prefix: &'a str,
    pub(super) delimiter: &'a str,
    /// Only what sorts after it.
    pub(super) after: &'a str,
    pub(super) limit: usize,
}

#[derive(Debug)]
pub(super) struct Page<'a, T> {
    pub(super) objects: Vec<&'a T>,
    /// What stands for all keys that share it up to the delimiter.
    pub(super) prefixes: Vec<&'a str>,
    /// The last entry, where there are more behind it.
    pub(super) next: Option<String>,
}

impl<'a, T: Keyed> Page<'a, T> {
    /// The page that answers `query` over objects in the order of their keys.
    pub(super) fn of(objects: &'a [T], query: Query<'_>) -> Self {
        let mut page = Self { objects: Vec::new(), prefixes: Vec::new(), next: None };
        let mut last = query.after;
        let behind = objects.partition_point(|object| object.key() <= query.after);
        for object in objects.iter().skip(behind) {
            let Some(rest) = object.key().strip_prefix(query.prefix) else { continue };
            let folder = folder(object.key(), rest, query.delimiter);
            let entry = folder.unwrap_or(object.key());
            if entry == last {
                continue;
            }
            if page.objects.len() + page.prefixes.len() >= query.limit {
                page.next = (query.limit > 0).then(|| last.to_owned());
                break;
            }
            match folder {
                Some(folder) => page.prefixes.push(folder),
                None => page.objects.push(object),
            }
            last = entry;
        }
        page
    }
}

/// The part of `key` up to the first delimiter in `rest`, its end.
fn folder<'a>(key: &'a str, rest: &str, delimiter: &str) -> Option<&'a str> {
    let at = rest.find(delimiter).filter(|_| !delimiter.is_empty())?;
    key.get(..key.len() - rest.len() + at + delimiter.len())
}

#[cfg(test)]
mod tests {
    use crate::demo::population::Population;

    use super::*;

    fn pages(query: Query<'_>) -> Vec<(usize, Vec<String>)> {
        let population = Population::new(1, "2026-11-20T12:00:00Z".parse().unwrap());
        let mut after = query.after.to_owned();
        let mut pages = Vec::new();
        loop {
            let page = Page::of(population.objects(), Query { after: &after, ..query });
            let prefixes = page.prefixes.iter().map(|it| (*it).to_owned()).collect();
            pages.push((page.objects.len(), prefixes));
            match page.next {
                Some(next) => after = next,
                None => return pages,
            }
        }
    }

    const ALL: Query<'_> = Query { prefix: "", delimiter: "", after: "", limit: 1000 };

    #[test]
    fn pages_join_to_the_whole() {
        assert_eq!(pages(ALL), [(278, vec![])]);
        let sizes = |query| pages(query).into_iter().map(|page| page.0).collect::<Vec<_>>();
        assert_eq!(sizes(Query { limit: 100, ..ALL }), [100, 100, 78]);
        assert_eq!(sizes(Query { prefix: "prod/", limit: 48, ..ALL }), [48, 48]);
        assert_eq!(sizes(Query { prefix: "production/", ..ALL }), [0]);
        assert_eq!(sizes(Query { limit: 0, ..ALL }), [0]);
    }

    #[test]
    fn folders_stand_for_their_keys_also_across_pages() {
        let folders = Query { delimiter: "/", ..ALL };
        let names = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(pages(folders), [(0, names(&["dev/", "prod/", "staging/"]))]);
        let two = pages(Query { limit: 2, ..folders });
        assert_eq!(two, [(0, names(&["dev/", "prod/"])), (0, names(&["staging/"]))]);
        assert_eq!(pages(Query { prefix: "prod/", ..folders })[0].0, 96);
    }

    #[test]
    fn a_listing_starts_after_what_it_is_told() {
        let late = Query { prefix: "prod/", after: "prod/2026-11-18T00_00.tar.gz", ..ALL };
        assert_eq!(pages(late), [(2, vec![])]);
        assert_eq!(pages(Query { after: "zoo", ..ALL }), [(0, vec![])]);
    }
}
