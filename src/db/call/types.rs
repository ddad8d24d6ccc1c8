//! The domain's types on PostgreSQL's wire.
//!
//! A value that is read is checked again. A value that the domain cannot hold becomes an internal error, and never a wrong
//! number in an answer.

use std::error::Error as StdError;

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::types::{FromSql, IsNull, Json, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::domain::{
    Actor, Amount, ApiKeyId, Balance, BusinessId, Currency, CustomerId, Day, ExternalId, Hash, IdempotencyKey, KeyName,
    LedgerEntryId, Moment, Money, Name, OrderId, OverdueHoldDays, PageLimit, PaymentTerms, ProductId, Quantity,
    QuantityDecimals, Reason, Reference, RestockQuantity, ReturnId, Sku, Stock, StockChange, StockMovementId, TimeZone,
    Unit, Version,
};

/// A value that can be a parameter of a call.
///
/// It names its type for connections behind a transaction pooler. These keep no prepared statement that would tell the type.
pub(in crate::db) trait Param {
    /// The value as the driver takes it.
    fn into_sql(self) -> (Box<dyn ToSql + Send + Sync>, Type);
}

macro_rules! params {
    ($($type:ty => $sql:ident |$value:ident| $sent:expr),+ $(,)?) => {
        $(impl Param for $type {
            fn into_sql(self) -> (Box<dyn ToSql + Send + Sync>, Type) {
                let $value = self;
                (Box::new($sent), Type::$sql)
            }
        }

        impl Param for Option<$type> {
            fn into_sql(self) -> (Box<dyn ToSql + Send + Sync>, Type) {
                (Box::new(self.map(|$value| $sent)), Type::$sql)
            }
        })+
    };
}

params! {
    Uuid => UUID |value| value,
    i64 => INT8 |value| value,
    i32 => INT4 |value| value,
    bool => BOOL |value| value,
    String => TEXT |value| value,
    Vec<u8> => BYTEA |value| value,
    Vec<Uuid> => UUID_ARRAY |value| value,
    Vec<i64> => INT8_ARRAY |value| value,
    Vec<Option<i64>> => INT8_ARRAY |value| value,
    Vec<i32> => INT4_ARRAY |value| value,
    Vec<String> => TEXT_ARRAY |value| value,
    Value => JSONB |value| value,
    Vec<Option<Value>> => JSONB_ARRAY |values| values,
    Vec<&'static str> => TEXT_ARRAY |value| value,
    DateTime<Utc> => TIMESTAMPTZ |value| value,
    BusinessId => UUID |id| id.uuid(),
    CustomerId => UUID |id| id.uuid(),
    ProductId => UUID |id| id.uuid(),
    OrderId => UUID |id| id.uuid(),
    LedgerEntryId => UUID |id| id.uuid(),
    ReturnId => UUID |id| id.uuid(),
    StockMovementId => UUID |id| id.uuid(),
    ApiKeyId => UUID |id| id.uuid(),
    Version => UUID |version| version.uuid(),
    Vec<Version> => UUID_ARRAY |versions| versions.into_iter().map(Version::uuid).collect::<Vec<_>>(),
    Money => INT8 |money| money.get(),
    Amount => INT8 |amount| amount.get(),
    Stock => INT8 |stock| stock.get(),
    QuantityDecimals => INT4 |decimals| i32::try_from(decimals.get()).unwrap_or(i32::MAX),
    OverdueHoldDays => INT4 |days| i32::try_from(days.get()).unwrap_or(i32::MAX),
    StockChange => INT8 |change| change.get(),
    PageLimit => INT4 |limit| i32::from(limit.with_one_more()),
    Name => TEXT |text| String::from(text),
    ExternalId => TEXT |text| String::from(text),
    Sku => TEXT |text| String::from(text),
    Unit => TEXT |text| String::from(text),
    KeyName => TEXT |text| String::from(text),
    Reason => TEXT |text| String::from(text),
    Reference => TEXT |text| String::from(text),
    Day => DATE |day| day.get(),
    Moment => TIMESTAMPTZ |moment| moment.get(),
    Currency => TEXT |currency| String::from(currency),
    TimeZone => TEXT |zone| String::from(zone),
    PaymentTerms => JSONB |terms| Json(terms),
    IdempotencyKey => TEXT |key| key.as_str().to_owned(),
    Actor => TEXT |actor| actor,
    Vec<Actor> => TEXT_ARRAY |actors| actors,
}

/// As it is, so that a purchase does not copy its caller's name.
impl ToSql for Actor {
    fn to_sql(&self, sql_type: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.as_str().to_sql(sql_type, out)
    }

    fn accepts(sql_type: &Type) -> bool {
        <&str as ToSql>::accepts(sql_type)
    }

    to_sql_checked!();
}

macro_rules! from_sql {
    ($($type:ty as $sql:ty),+ $(,)?) => {
        $(impl<'a> FromSql<'a> for $type {
            fn from_sql(sql_type: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
                Ok(Self::try_from(<$sql>::from_sql(sql_type, raw)?)?)
            }

            fn accepts(sql_type: &Type) -> bool {
                <$sql as FromSql>::accepts(sql_type)
            }
        })+
    };
}

from_sql! {
    BusinessId as Uuid, CustomerId as Uuid, ProductId as Uuid, OrderId as Uuid, LedgerEntryId as Uuid,
    StockMovementId as Uuid, ApiKeyId as Uuid, Version as Uuid, Money as i64, Amount as i64, Balance as i64, Quantity as i64, Stock as i64, StockChange as i64, QuantityDecimals as i16, OverdueHoldDays as i32, Currency as String, TimeZone as String, PaymentTerms as Value, Hash as &[u8], ReturnId as Uuid, RestockQuantity as i64,
}
