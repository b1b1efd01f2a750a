-- Run by PostgreSQL's image when it makes its first data directory.
create database municipal;
create database county;
create database township;
create database projections;
