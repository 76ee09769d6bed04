create table chain (
    id varchar(64) primary key
);
create table block (
    height bigint primary key,
    millis bigint not null,
    transactions int not null
);
create table outcome (
    id varchar(64) primary key,
    height bigint not null,
    sender varchar(200) not null,
    receipt varbinary(16777216) not null
);
create table entity (
    kind varchar(20) not null,
    id varchar(400) not null,
    height bigint not null,
    payload varbinary(16777216) not null,
    primary key (kind, id)
);
