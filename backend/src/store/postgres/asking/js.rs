//! Through a client that JavaScript brings. What it is given and what it gives is text.

use std::{pin::Pin, sync::Arc};

use serde_json::Map;

use super::{Trouble, json::Row, text::Text};
use crate::store::StoreError;

/// The future of a call to a client: the first value of the last row.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Option<String>, Failure>> + Send + 'a>>;

/// A client of PostgreSQL, with a pool of connections. It waits for no answer for longer
/// than 3 s.
pub trait Client: Send + Sync {
    /// Asks this, on a connection of a session or on any.
    fn ask<'a>(
        &'a self,
        session: Option<u32>,
        text: &'a str,
        params: &'a [Option<String>],
    ) -> Asking<'a>;

    /// Takes a connection for several statements: a number, as text.
    fn take(&self) -> Asking<'_>;

    /// Gives it back; or ends it, as something has failed on the way.
    fn give_back(&self, session: u32, is_failed: bool);
}

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// SQLSTATE.
    Refused(String),
    /// There is no connection, or it was lost.
    Lost,
    /// No answer came in time.
    Late,
}

/// What a function is given.
pub(in crate::store::postgres) type Param<'a> = &'a (dyn Text + Sync);

pub(in crate::store::postgres) struct Link(pub(in crate::store::postgres) Arc<dyn Client>);

pub(in crate::store::postgres) struct Session {
    client: Arc<dyn Client>,
    number: u32,
    is_over: bool,
}

impl Link {
    pub(in crate::store::postgres) async fn once(
        &self,
        text: &str,
        params: &[Param<'_>],
    ) -> Result<Row, Trouble> {
        let params: Vec<_> = params.iter().map(|param| param.text()).collect();
        let text = format!("select to_jsonb(answer)::text from ({text}) as answer");
        let answer = self.0.ask(None, &text, &params).await;
        let answer = answer.map_err(|failure| trouble(&failure))?;
        let row = answer.and_then(|text| serde_json::from_str::<Map<_, _>>(&text).ok());
        let senseless = || StoreError("PostgreSQL: an answer that makes no sense".into());
        row.map(Row).ok_or_else(|| Trouble::Failed(senseless()))
    }

    /// Whoever was in the way has gone on meanwhile.
    pub(in crate::store::postgres) async fn pause(&self, _: u32) {}

    pub(in crate::store::postgres) async fn ping(&self) -> Result<(), StoreError> {
        let answer = self.0.ask(None, "select 1", &[]).await;
        answer.map(drop).map_err(|failure| failed(&failure))
    }

    pub(in crate::store::postgres) async fn session(&self) -> Result<Session, StoreError> {
        let number = self.0.take().await.map_err(|failure| failed(&failure))?;
        Ok(Session {
            client: Arc::clone(&self.0),
            number: number.and_then(|text| text.parse().ok()).unwrap_or(0),
            is_over: false,
        })
    }
}

impl Session {
    pub(in crate::store::postgres) async fn say(
        &self,
        text: &str,
    ) -> Result<Option<String>, StoreError> {
        let answer = self.client.ask(Some(self.number), text, &[]).await;
        answer.map_err(|failure| failed(&failure))
    }

    pub(in crate::store::postgres) fn discard(mut self) {
        self.is_over = true;
        self.client.give_back(self.number, true);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_over {
            self.client.give_back(self.number, false);
        }
    }
}

fn trouble(failure: &Failure) -> Trouble {
    match failure {
        // A deadlock, or no order.
        Failure::Refused(code) if code == "40P01" || code == "40001" => {
            Trouble::NothingDone(failed(failure))
        }
        Failure::Refused(_) | Failure::Lost | Failure::Late => Trouble::Failed(failed(failure)),
    }
}

fn failed(failure: &Failure) -> StoreError {
    StoreError(match failure {
        Failure::Refused(code) => format!("PostgreSQL: SQLSTATE {code}"),
        Failure::Lost => "PostgreSQL: no connection".to_owned(),
        Failure::Late => "PostgreSQL did not answer in time".to_owned(),
    })
}
